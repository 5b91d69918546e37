import { CfnParameter, type Stack } from 'aws-cdk-lib';

/**
 * Returns the origins of pages that may call the system. The first is a parameter, because locally
 * the port of the page is decided at the start.
 */
export function readOrigins(
  stack: Stack,
  [first = '', ...others]: readonly string[],
): readonly string[] {
  const page = new CfnParameter(stack, 'PageOrigin', {
    description: 'The origin of the chat page, to which people return after signing in.',
    default: first,
  }).valueAsString;
  return [page, ...others];
}
