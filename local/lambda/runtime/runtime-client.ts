import http from 'node:http';

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
  respond(requestId: string, body: string): Promise<void>;
  invocationError(requestId: string, error: unknown): Promise<void>;
  initError(error: unknown): Promise<void>;
  responseUrl(requestId: string): URL;
}

/** Creates a client of the Lambda Runtime API (2018-06-01) at `host:port`. */
export function createRuntimeClient(address: string): RuntimeClient {
  const base = `http://${address}/2018-06-01/runtime`;
  return {
    async next() {
      const { headers, body } = await send('GET', `${base}/invocation/next`);
      return {
        requestId: String(headers['lambda-runtime-aws-request-id']),
        deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
        functionArn: String(headers['lambda-runtime-invoked-function-arn']),
        traceId: headers['lambda-runtime-trace-id']?.toString(),
        clientContext: headers['lambda-runtime-client-context']?.toString(),
        payload: body,
      };
    },
    async respond(requestId, body) {
      await send('POST', `${base}/invocation/${requestId}/response`, { body });
    },
    async invocationError(requestId, error) {
      const body = JSON.stringify(toErrorBody(error));
      await send('POST', `${base}/invocation/${requestId}/error`, { body });
    },
    async initError(error) {
      const body = toErrorBody(error);
      const headers = { 'Lambda-Runtime-Function-Error-Type': body.errorType };
      await send('POST', `${base}/init/error`, { body: JSON.stringify(body), headers });
    },
    responseUrl: (requestId) => new URL(`${base}/invocation/${requestId}/response`),
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

interface SendOptions {
  readonly body?: string;
  readonly headers?: http.OutgoingHttpHeaders;
}

interface ReceivedResponse {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const agent = new http.Agent({ keepAlive: true });

function send(
  method: string,
  url: string,
  { body, headers }: SendOptions = {},
): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const content = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body ?? ''),
    };
    const options = {
      method,
      agent,
      headers: { ...(body === undefined ? {} : content), ...headers },
    };
    const request = http.request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
