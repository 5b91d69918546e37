import { AwsError } from '#local/wire/aws-error.ts';
import { validationError } from '#local/wire/aws-json.ts';
import { lowerNames } from '#local/wire/coral-error.ts';
import { isRecord, type Problem } from '#local/wire/shape.ts';
import { patternProblem } from '#local/events/pattern-problem.ts';

/** Returns the error for a request that breaks a rule of EventBridge. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Returns the error for something that does not exist. */
export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

/** Returns the error for a token that was not returned by an operation. */
export function invalidToken(): AwsError {
  return invalidRequest('Parameter NextToken is not valid.');
}

/** Returns the error for input that does not have the shape of its operation. */
export function invalidInput(problems: readonly Problem[]): AwsError {
  return validationError(lowerNames(problems));
}

/** Returns the event pattern of a JSON text. Throws EventBridge's error if it is none. */
export function readPattern(text: string): unknown {
  const pattern = parseJson(text);
  const reason =
    patternProblem(pattern) ??
    (hasEmptyObject(pattern) ? 'Empty objects are not allowed' : undefined);
  if (reason === undefined) return pattern;
  throw new AwsError(
    'InvalidEventPatternException',
    `Event pattern is not valid. Reason: ${reason}`,
  );
}

/** Filters of event sources may have empty objects, and rules may not. */
function hasEmptyObject(pattern: unknown): boolean {
  if (!isRecord(pattern)) return false;
  const members = Object.values(pattern);
  return members.length === 0 || members.some(hasEmptyObject);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
