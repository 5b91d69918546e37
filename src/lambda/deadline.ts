import type { Invocation } from '#api/http/http.ts';
import { runInvocation } from '#api/http/run-invocation.ts';
import type { LambdaContext } from '#lambda/awslambda.ts';

/** An environment has its modules to itself, so this is its first invocation until one began. */
let isColdStart = true;

/** Runs an invocation of Lambda, with its timeout as the deadline. */
export function withinDeadline<Result>(
  context: LambdaContext,
  settings: { readonly marginMs: number; readonly isBuffered?: boolean },
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const begun = {
    requestId: context.awsRequestId,
    remainingMs: context.getRemainingTimeInMillis(),
    isColdStart,
  };
  isColdStart = false;
  return runInvocation(begun, settings, run);
}
