import { StatesError } from '#local/step-functions/definition/definition.ts';

/**
 * An error of a state itself, and not of what it calls. The interpreter puts the name of the state
 * before its cause.
 */
export class EvaluationError extends StatesError {
  override readonly causeText: string;
  /** The field whose JSONata expression failed, such as `Output/name`. */
  readonly location: string | undefined;

  constructor(error: string, causeText: string, location?: string) {
    super(error, causeText);
    this.causeText = causeText;
    this.location = location;
  }
}

/** Returns the error of a state whose data does not fit its paths, which no state can catch. */
export function runtimeError(cause: string): EvaluationError {
  return new EvaluationError('States.Runtime', cause);
}

/** Returns the error of a JSONata field. */
export function queryError(cause: string, location?: string): EvaluationError {
  return new EvaluationError('States.QueryEvaluationError', cause, location);
}
