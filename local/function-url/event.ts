import type { IncomingMessage } from 'node:http';
import { accountId } from '#local/template/stack-context.ts';

export interface UrlRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly urlId: string;
  /** Present if the caller signed the request. */
  readonly accessKeyId: string | undefined;
  readonly now: Date;
}

/** An event of payload format 2.0. HTTP APIs change some of its members. */
export interface UrlEvent extends Record<string, unknown> {
  readonly requestContext: Readonly<Record<string, unknown>>;
}

/** Returns the event that a Function URL sends to its function, in payload format 2.0. */
export function toUrlEvent(url: UrlRequest): UrlEvent {
  const { request, body } = url;
  const [rawPath = '/', rawQueryString = ''] = (request.url ?? '/').split(/\?(.*)/su);
  const { cookie, ...headers } = joinedHeaders(request);
  const isBase64Encoded = body.length > 0 && !isText(headers['content-type']);
  const query = new URLSearchParams(rawQueryString);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: decodeURI(rawPath),
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/[;,]\s*/u) }),
    headers: { ...headers, ...gatewayHeaders(request, url.requestId, url.now) },
    ...(rawQueryString === '' ? {} : { queryStringParameters: joinedQuery(query) }),
    requestContext: requestContext(url),
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function requestContext(url: UrlRequest): Readonly<Record<string, unknown>> {
  const { request, requestId, urlId, accessKeyId, now } = url;
  return {
    accountId: accessKeyId === undefined ? 'anonymous' : accountId,
    apiId: urlId,
    authentication: null,
    ...(accessKeyId === undefined ? {} : { authorizer: { iam: iamIdentity(accessKeyId) } }),
    domainName: request.headers.host,
    domainPrefix: urlId,
    http: {
      method: request.method,
      path: (request.url ?? '/').split('?')[0],
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: logTime(now),
    timeEpoch: now.getTime(),
  };
}

/** Returns the facts about a signed request's caller. */
export function iamIdentity(accessKey: string): Record<string, unknown> {
  return {
    accessKey,
    accountId,
    callerId: accessKey,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: `arn:aws:iam::${accountId}:user/local`,
    userId: accessKey,
  };
}

/** Returns the headers that AWS adds to a request, or extends. */
export function gatewayHeaders(
  request: IncomingMessage,
  requestId: string,
  now: Date,
): Readonly<Record<string, string>> {
  const forwarded = [request.headers['x-forwarded-for'] ?? [], '127.0.0.1'].flat().join(', ');
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  const root = `1-${seconds}-${requestId.replaceAll('-', '').slice(0, 24)}`;
  return {
    'x-amzn-trace-id': request.headers['x-amzn-trace-id']?.toString() ?? `Root=${root}`,
    'x-forwarded-for': forwarded,
    'x-forwarded-port': String(request.socket.localPort),
    'x-forwarded-proto': 'http',
  };
}

/** Formats a time as in access logs: `21/Nov/2026:10:00:00 +0000`. */
export function logTime(now: Date): string {
  const [, day, month, year, time] = now.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headersDistinct);
  return Object.fromEntries(entries.map(([name, values = []]) => [name, values.join(',')]));
}

function joinedQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((key) => [key, query.getAll(key).join(',')]),
  );
}

/**
 * Whether a body is passed on as text. All other bodies, even of forms, are passed on in Base64.
 */
export function isText(contentType = ''): boolean {
  return /^(?:text\/|application\/(?:json|javascript|xml|.*\+json|.*\+xml))/u.test(contentType);
}
