import { toChatError, type ChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import { describeCause, logError } from '#lambda/runtime/log.ts';

/** Returns the handler of a workflow step. An error reaches the workflow as `toStepError` makes it. */
export function handleStep<Input, Output>(
  run: (input: Input) => Promise<Output>,
  toStepError: (error: ChatError) => Error,
): (input: Input, context: LambdaContext) => Promise<Output> {
  return async (input, { awsRequestId: requestId }) => {
    try {
      return await run(input);
    } catch (error) {
      const failure = toChatError(error);
      logError('step failed', { requestId, code: failure.code, cause: describeCause(failure) });
      throw toStepError(failure);
    }
  };
}
