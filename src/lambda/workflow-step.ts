import { toChatError, type ChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/awslambda.ts';
import { describeCause, logError, logInfo, startTimer } from '#api/log/log.ts';
import { logAbout, withLogNames, type ReadLogSecret } from '#api/log/log-names.ts';

export interface StepHandler<Input, Output> {
  run(input: Input): Promise<Output>;
  /** Returns the owner of the document, for the log. */
  ownerOf(input: Input): string;
  /** Returns the error as it reaches the workflow. */
  toStepError(error: ChatError): Error;
}

/** Returns the handler of a workflow step. */
export function handleStep<Input, Output>(
  readSecret: ReadLogSecret,
  { run, ownerOf, toStepError }: StepHandler<Input, Output>,
): (input: Input, context: LambdaContext) => Promise<Output> {
  return (input, { awsRequestId: requestId }) =>
    withLogNames(readSecret, async () => {
      logAbout({ owner: ownerOf(input) });
      const durationMs = startTimer();
      try {
        const output = await run(input);
        logInfo('step ended', { requestId, durationMs: durationMs() });
        return output;
      } catch (error) {
        const failure = toChatError(error);
        const { code } = failure;
        logError('step failed', { requestId, code, cause: describeCause(failure) });
        throw toStepError(failure);
      }
    });
}
