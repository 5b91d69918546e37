import { AwsError } from '#local/wire/aws-error.ts';
import { validationError } from '#local/wire/aws-json.ts';
import { lowerNames } from '#local/wire/coral-error.ts';
import type { Problem } from '#local/wire/shape.ts';

/*
 * CloudWatch's errors have two codes: one for clients of today, and one for the query protocol,
 * which CloudWatch also sends to clients of today in a header.
 */

/** Returns the error for the wrong value of a parameter. */
export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, {
    queryCode: 'InvalidParameterValue',
  });
}

/** Returns the error for parameters that do not go together. */
export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombinationException', message, {
    queryCode: 'InvalidParameterCombination',
  });
}

/** Returns CloudWatch's error for input that does not have the shape of its operation. */
export function invalidInput(problems: readonly Problem[]): AwsError {
  const missing = problems.find(({ rule }) => rule.type === 'present');
  if (missing !== undefined) {
    const message = `The parameter ${missing.path.join('.')} is required.`;
    return new AwsError('MissingRequiredParameterException', message, {
      queryCode: 'MissingParameter',
    });
  }
  const { message } = validationError(lowerNames(problems));
  return new AwsError('ValidationException', message, { queryCode: 'ValidationError' });
}
