import { asText, isRecord } from '#local/wire/shape.ts';

/** Why an invocation failed, in the fields of Lambda's error payload. */
export interface FunctionErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The stack trace of Node. */
  readonly trace?: readonly string[];
  /** Additional fields that other runtimes send under their own names. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A failed invocation: the code threw, the process exited or the timeout passed. */
export class FunctionError extends Error {
  readonly body: FunctionErrorBody;

  constructor(body: FunctionErrorBody) {
    super(`${body.errorType}: ${body.errorMessage}`);
    this.name = 'FunctionError';
    this.body = body;
  }
}

/** Returns the error for an environment that exits during an invocation. */
export function exitError(requestId: string, reason: string): FunctionErrorBody {
  const isSilent = reason === 'exit status 0';
  const problem = isSilent ? 'exited without providing a reason' : `exited with error: ${reason}`;
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime ${problem}`,
  };
}

/** Returns the error for an invocation that exceeds its timeout. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionErrorBody {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

/** Returns the error for a process that cannot be started. */
export function entrypointError(requestId: string, reason: string): FunctionErrorBody {
  return {
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: `RequestId: ${requestId} Error: ${reason}`,
  };
}

/** Returns the payload of a failure in JSON, as it is sent to the caller. */
export function toErrorPayload({ details, ...body }: FunctionErrorBody): string {
  return JSON.stringify({ ...body, ...details });
}

/** Parses a posted error. Lambda accepts any bytes; text that is not JSON becomes the message. */
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

/** Returns the failure behind an error that was thrown while a response was read. */
export function errorBodyOf(error: unknown): FunctionErrorBody {
  if (error instanceof FunctionError) return error.body;
  return { errorType: 'Unhandled', errorMessage: String(error) };
}
