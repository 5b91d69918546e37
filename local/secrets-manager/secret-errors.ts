import { AwsError } from '#local/wire/aws-error.ts';
import { validationError } from '#local/wire/aws-json.ts';
import { lowerNames } from '#local/wire/coral-error.ts';
import type { Problem } from '#local/wire/shape.ts';

/** Returns the error for a secret, or a value of it, that does not exist. */
export function secretNotFound(what = 'secret.'): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified ${what}`,
  );
}

/** Returns the error for a wrong value of a parameter. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** Returns the error for a request that does not fit the state of its secret. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

/** Returns the error for a secret or a version that exists already. */
export function alreadyExists(message: string): AwsError {
  return new AwsError('ResourceExistsException', message);
}

/** Returns the error for a token that was not returned by an operation. */
export function invalidToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'Invalid NextToken.');
}

/** Secrets are not repeated in errors. */
const hidden = /^secret(?:String|Binary)$/u;

/** Returns the error for input that does not have the shape of its operation. */
export function invalidInput(problems: readonly Problem[]): AwsError {
  const shown = lowerNames(problems).map(({ path, rule, value }) => ({
    path,
    rule,
    value: hidden.test(String(path[0])) ? '***' : value,
  }));
  return validationError(shown);
}
