import { asText, isRecord } from '#local/wire/shape.ts';

/** How an invocation failed, in the words of Lambda's error payload. */
export interface FunctionErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  /** Node's stack. */
  readonly trace?: readonly string[];
  /** What other runtimes say beside it, under names of their own. */
  readonly details?: Readonly<Record<string, unknown>>;
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
export function exitError(requestId: string, reason: string): FunctionErrorBody {
  const isSilent = reason === 'exit status 0';
  const words = isSilent ? 'exited without providing a reason' : `exited with error: ${reason}`;
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime ${words}`,
  };
}

/** What a caller is told when an invocation outlasts its time. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionErrorBody {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

/** What a caller is told where the process cannot even be started. */
export function entrypointError(requestId: string, reason: string): FunctionErrorBody {
  return {
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: `RequestId: ${requestId} Error: ${reason}`,
  };
}

/** The payload of a failure, as it goes to the caller. */
export function toErrorPayload({ details, ...body }: FunctionErrorBody): string {
  return JSON.stringify({ ...body, ...details });
}

/** Lambda takes any bytes for an error; what is not its JSON has no type. */
export function parseErrorBody(text: string): FunctionErrorBody {
  try {
    const json: unknown = JSON.parse(text);
    const { errorType, errorMessage, trace, ...details } = isRecord(json) ? json : {};
    return {
      errorType: asText(errorType) ?? 'Unhandled',
      errorMessage: asText(errorMessage) ?? '',
      ...(Array.isArray(trace) ? { trace: trace.map(String) } : {}),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    };
  } catch {
    return { errorType: 'Unhandled', errorMessage: text };
  }
}

/** The failure behind whatever was thrown while an answer was read. */
export function errorBodyOf(error: unknown): FunctionErrorBody {
  if (error instanceof FunctionError) return error.body;
  return { errorType: 'Unhandled', errorMessage: String(error) };
}
