import type { Machine, QueryLanguage } from '#local/step-functions/definition/definition.ts';
import type { Json } from '#local/template/json.ts';

/** Where in a definition a machine or state is, and where its problems are reported. */
export interface ReadContext {
  /** The path to the part that is read, such as `/States/Ask`. */
  readonly place: string;
  /** The query language of the enclosing part. */
  readonly language: QueryLanguage;
  /** Reports an error in the definition. */
  reportProblem(place: string, message: string): void;
  /** Reports a valid part that is not hosted here, and so fails when it is reached. */
  reportNotice(place: string, message: string): void;
  /** Reads the machine inside a Map or Parallel state. */
  readMachine(definition: Json, context: ReadContext): Machine;
}

/** Returns the value as a query language, or the inherited one if it is undefined or invalid. */
export function readLanguage(
  value: unknown,
  inherited: QueryLanguage,
  report: (message: string) => void,
): QueryLanguage {
  if (value === undefined) return inherited;
  if (value === 'JSONPath' || value === 'JSONata') return value;
  report('QueryLanguage: must be JSONPath or JSONata');
  return inherited;
}
