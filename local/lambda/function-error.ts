/** How an invocation failed, in the words of Lambda's error payload. */
export interface FunctionErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** An invocation that failed, whether the code threw, the process died or the time was up. */
export class FunctionError extends Error {
  readonly body: FunctionErrorBody;

  constructor(body: FunctionErrorBody) {
    super(`${body.errorType}: ${body.errorMessage}`);
    this.name = 'FunctionError';
    this.body = body;
  }
}

/** What a caller is told when an environment ends in the middle of an invocation. */
export function exitError(requestId: string, reason: string): FunctionError {
  return new FunctionError({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${reason}`,
  });
}

/** What a caller is told when an invocation outlasts its time. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionError {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return new FunctionError({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  });
}
