import type { ServerResponse } from 'node:http';

/** A response of Lambda itself, instead of one of the application. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** What went wrong, if it is an error of the platform: `Runtime.RequestTimeout`. */
  readonly errorType?: string;
}

/** The headers of a response that say which request it answers, and where its log lines are. */
export interface ResponseIdentity {
  readonly requestId: string;
  /** Present if an environment had the request. */
  readonly stream?: string | undefined;
}

/** Returns the headers that Lambda adds to every response. */
export function identityHeaders({ requestId, stream }: ResponseIdentity): readonly string[] {
  const logStream = stream === undefined ? [] : ['lambda-web-logstream', stream];
  return ['lambda-web-request-id', requestId, ...logStream];
}

/** Sends a response of Lambda itself, unless one has begun: then the connection is cut. */
export function sendRefusal(
  response: ServerResponse,
  { status, message, errorType }: Refusal,
  identity: ResponseIdentity,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ message });
  response.writeHead(status, [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    ...identityHeaders(identity),
    ...(errorType === undefined ? [] : ['lambda-web-error-type', errorType]),
  ]);
  response.end(body);
}
