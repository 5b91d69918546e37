import { connectRuntime } from './runtime-connection.ts';

/** An invocation as the Runtime API sends it. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string | undefined;
  /** JSON. */
  readonly clientContext: string | undefined;
  readonly payload: string;
}

export interface ErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export interface RuntimeClient {
  next(): Promise<RuntimeEvent>;
  /** Sends a response without waiting for its answer, so that the next poll is sent with it. */
  respond(requestId: string, body: string): void;
  invocationError(requestId: string, error: unknown): Promise<void>;
  initError(error: unknown): Promise<void>;
  responseUrl(requestId: string): URL;
}

/** Creates a client of the Lambda Runtime API (2018-06-01) at `host:port`. */
export function createRuntimeClient(address: string): RuntimeClient {
  const root = '/2018-06-01/runtime';
  const { send } = connectRuntime(address);
  return {
    async next() {
      const { headers, body } = await send({ method: 'GET', path: `${root}/invocation/next` });
      return {
        requestId: headers.get('lambda-runtime-aws-request-id') ?? '',
        deadlineMs: Number(headers.get('lambda-runtime-deadline-ms')),
        functionArn: headers.get('lambda-runtime-invoked-function-arn') ?? '',
        traceId: headers.get('lambda-runtime-trace-id'),
        clientContext: headers.get('lambda-runtime-client-context'),
        payload: body,
      };
    },
    respond(requestId, body) {
      const path = `${root}/invocation/${requestId}/response`;
      // If the connection has failed, the next poll fails as well.
      send({ method: 'POST', path, body }).catch(() => undefined);
    },
    async invocationError(requestId, error) {
      const body = JSON.stringify(toErrorBody(error));
      await send({ method: 'POST', path: `${root}/invocation/${requestId}/error`, body });
    },
    async initError(error) {
      const body = toErrorBody(error);
      const headers = { 'Lambda-Runtime-Function-Error-Type': body.errorType };
      const path = `${root}/init/error`;
      await send({ method: 'POST', path, body: JSON.stringify(body), headers });
    },
    responseUrl: (requestId) =>
      new URL(`http://${address}${root}/invocation/${requestId}/response`),
  };
}

/** Converts a thrown value into Lambda's error format. */
export function toErrorBody(thrown: unknown): ErrorBody {
  if (!(thrown instanceof Error)) {
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  }
  const trace = (thrown.stack ?? '').split('\n');
  return { errorType: thrown.name, errorMessage: thrown.message, trace };
}
