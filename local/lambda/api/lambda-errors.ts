import { AwsError } from '#local/wire/aws-error.ts';
import { validationError } from '#local/wire/aws-json.ts';
import { lowerNames } from '#local/wire/coral-error.ts';
import type { Problem } from '#local/wire/shape.ts';

/** Returns Lambda's error for invalid input. It writes the names of members in lower case. */
export function toValidationError(problems: readonly Problem[]): AwsError {
  return validationError(lowerNames(problems));
}

/** Returns the error for a value that its shape allows, but Lambda does not. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}

/** Returns the error for something that a function does not have. */
export function notFound(message = 'The resource you requested does not exist.'): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404 });
}

/** Returns the error for something that exists already. */
export function conflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', message, { status: 409 });
}

/** Throws if a request is for another revision than the current one. */
export function checkRevision(requested: string | undefined, current: string | undefined): void {
  if (requested === undefined || requested === current) return;
  const message =
    'The RevisionId provided does not match the latest RevisionId. Call the ' +
    'GetFunction/GetAlias API to retrieve the latest RevisionId';
  throw new AwsError('PreconditionFailedException', message, { status: 412 });
}
