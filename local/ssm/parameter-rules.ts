import { AwsError } from '#local/wire/aws-error.ts';
import { isExpression } from '#local/wire/shape.ts';
import { runWithin, TimeLimitError } from '#local/process/run-within.ts';
import { invalidRequest } from '#local/ssm/parameter-errors.ts';

/** What a path must look like, in the words of Systems Manager. */
export const pathRule =
  'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.';

const nameRule =
  'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/** Throws if a new parameter cannot have the name (API reference, "PutParameter"). */
export function checkName(name: string): void {
  const isPath = name.startsWith('/');
  if (isPath && /^\/aws(?:\/|$)/iu.test(name)) {
    throw new AwsError(
      'AccessDeniedException',
      `No access to reserved parameter name: ${name.slice(1)}.`,
    );
  }
  if (/^\/?(?:aws|ssm)/iu.test(name)) {
    throw invalidRequest(
      isPath
        ? nameRule
        : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  if (!isPath && name.includes('/')) {
    throw invalidRequest('Parameter name must be a fully qualified name.');
  }
  if (!/^\/?[\w.-]+(?:\/[\w.-]+)*$/u.test(name)) throw invalidRequest(nameRule);
  if (name.split('/').length - 1 > 15) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      'A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.',
    );
  }
}

type Tier = 'Standard' | 'Advanced';

const maxBytes: Readonly<Record<Tier, number>> = { Standard: 4096, Advanced: 8192 };

/** Returns the tier of a value. Throws if the requested one does not allow the value. */
export function tierOf(
  value: string,
  requested: string | undefined,
  { current, needsAdvanced }: { readonly current?: Tier | undefined; needsAdvanced: boolean },
): Tier {
  const size = Buffer.byteLength(value);
  if (requested === 'Standard' && current === 'Advanced') {
    throw invalidRequest(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. Be aware that standard parameters have a value limit of 4096 characters.",
    );
  }
  const isIntelligent = requested === 'Intelligent-Tiering';
  const isAdvanced =
    requested === 'Advanced' ||
    current === 'Advanced' ||
    (isIntelligent && (size > maxBytes.Standard || needsAdvanced));
  const tier = isAdvanced ? 'Advanced' : 'Standard';
  if (tier === 'Standard' && needsAdvanced) {
    throw invalidRequest('Parameter policies are supported in the advanced-parameter tier only.');
  }
  if (size <= maxBytes[tier]) return tier;
  const rule = `${tier} tier parameters support a maximum parameter value of ${maxBytes[tier]} characters.`;
  const way =
    tier === 'Standard'
      ? ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html'
      : '';
  throw invalidRequest(`${rule}${way}`);
}

/** Throws if a value does not match the pattern of its parameter. */
export function checkPattern(value: string, pattern: string | undefined): void {
  if (pattern === undefined || pattern === '') return;
  if (!isExpression(pattern)) {
    throw new AwsError(
      'InvalidAllowedPatternException',
      'The request does not meet the regular expression requirement.',
    );
  }
  if (isMatch(pattern, value)) return;
  throw new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
}

/** A pattern that takes too long does not match. */
function isMatch(pattern: string, value: string): boolean {
  try {
    return runWithin('A pattern', () => new RegExp(pattern, 'u').test(value));
  } catch (error) {
    if (error instanceof TimeLimitError) return false;
    throw error;
  }
}
