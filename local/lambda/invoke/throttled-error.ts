import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import { AwsError } from '#local/wire/aws-error.ts';

/** Returns Lambda's error for an invocation beyond a limit of concurrency. */
export function throttledError({ concurrency }: FunctionDefinition): AwsError {
  const Reason =
    concurrency.type === 'reserved'
      ? 'ReservedFunctionConcurrentInvocationLimitExceeded'
      : 'ConcurrentInvocationLimitExceeded';
  const members = { Reason };
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, members });
}
