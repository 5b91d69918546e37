import { AwsError } from '#local/wire/aws-error.ts';
import { validationError } from '#local/wire/aws-json.ts';
import { lowerNames } from '#local/wire/coral-error.ts';
import type { Problem } from '#local/wire/shape.ts';

/** Returns the error for a parameter that does not exist. Systems Manager gives it no message. */
export function parameterNotFound(): AwsError {
  return new AwsError('ParameterNotFound', '');
}

/** Returns the error for a version or a label that a parameter does not have. */
export function versionNotFound(name: string, selector: string): AwsError {
  const what = /^\d+$/u.test(selector) ? `version ${selector}` : `label ${selector}`;
  return new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find ${what} of ${name}. Verify the version and try again.`,
  );
}

/** Returns the error for a request that breaks a rule of Parameter Store. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Returns the error for a resource whose tags do not exist. */
export function invalidResource(): AwsError {
  const message =
    'The resource ID is not valid. Verify that you entered the correct ID and try again.';
  return new AwsError('InvalidResourceId', message);
}

/** Returns the error for input that does not have the shape of its operation. */
export function invalidInput(problems: readonly Problem[]): AwsError {
  return validationError(lowerNames(problems));
}
