import type { IncomingMessage } from 'node:http';

/** Names and values in turns, as Node reads and writes them: nothing is merged or reordered. */
export type RawHeaders = readonly string[];

/** What a connection says about itself. It ends at the endpoint. */
const ofConnection = new Set(['connection', 'keep-alive', 'upgrade', 'te', 'trailer']);

/** What else the application does not see of a request (Lambda developer guide). */
const ofCaller = new Set([
  'expect',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'x-real-ip',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

export interface ForwardedRequest {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly endpointName: string;
  /** Whether Lambda has checked who sent it. The application does not see the signature. */
  readonly isSigned: boolean;
}

/** Returns the headers with which a request reaches the application. */
export function forwardedHeaders({
  request,
  requestId,
  endpointName,
  isSigned,
}: ForwardedRequest): RawHeaders {
  const { rawHeaders, headers, socket } = request;
  const named = namedIn(headers.connection);
  const isKept = (name: string): boolean =>
    !ofConnection.has(name) &&
    !ofCaller.has(name) &&
    !named.has(name) &&
    !name.startsWith('lambda-web-') &&
    name !== 'x-forwarded-for' &&
    !(isSigned && name === 'authorization');
  // The last address is the caller's. Those before it are the caller's word.
  const addresses = [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? ''].flat();
  return [
    ...filterHeaders(rawHeaders, isKept),
    'x-forwarded-for',
    addresses.join(', '),
    'lambda-web-request-id',
    requestId,
    'lambda-web-endpoint-name',
    endpointName,
  ];
}

/** Returns the headers of an application's response that reach the caller. */
export function returnedHeaders({ rawHeaders, headers }: IncomingMessage): RawHeaders {
  const named = namedIn(headers.connection);
  return filterHeaders(
    rawHeaders,
    (name) =>
      !ofConnection.has(name) &&
      !named.has(name) &&
      name !== 'transfer-encoding' &&
      !name.startsWith('lambda-web-'),
  );
}

/** Returns the headers that a `Connection` header names. The host belongs to every request. */
function namedIn(connection = ''): ReadonlySet<string> {
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== 'host'));
}

function filterHeaders(raw: RawHeaders, isKept: (name: string) => boolean): RawHeaders {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = [raw[index], raw[index + 1]];
    if (isKept(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
