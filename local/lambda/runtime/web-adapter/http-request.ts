import type { RuntimeEvent } from '#local/lambda/runtime/runtime-client.ts';
import type { AdapterOptions } from './options.ts';

/** A request to the application. */
export interface AppRequest {
  readonly method: string;
  /** The path with its query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
  /** The kind of event that it was made from, which decides the form of the result. */
  readonly origin: Origin;
}

/** `rest` is the first version of API Gateway's payloads, and `http` the second one. */
export type Origin = 'rest' | 'http' | 'event';

type Json = Readonly<Record<string, unknown>>;

/** Returns the request that the adapter makes of an invocation. */
export function toAppRequest(invocation: RuntimeEvent, options: AdapterOptions): AppRequest {
  const event = record(parse(invocation.payload));
  const context = record(event['requestContext']);
  const request = readEvent(event, context) ?? passThrough(invocation, options);
  const { headers, ...others } = request;
  const isEvent = request.origin === 'event';
  return {
    ...others,
    target: isEvent ? request.target : withoutBase(request.target, options.basePath),
    headers: {
      ...withAuthorization(headers, options.authorizationSource),
      'x-amzn-request-context': toHeader(isEvent ? null : context),
      'x-amzn-lambda-context': toHeader(lambdaContext(invocation)),
    },
  };
}

function readEvent(event: Json, context: Json): AppRequest | undefined {
  const http = record(context['http']);
  const body = Buffer.from(
    text(event['body']),
    event['isBase64Encoded'] === true ? 'base64' : 'utf8',
  );
  if (typeof http['method'] === 'string') {
    const query = text(event['rawQueryString']);
    return {
      method: http['method'],
      target: toTarget(text(event['rawPath']), query),
      headers: httpHeaders(event),
      body,
      origin: 'http',
    };
  }
  if (typeof event['httpMethod'] !== 'string') return undefined;
  return {
    method: event['httpMethod'],
    target: toTarget(text(event['path']), restQuery(event)),
    headers: restHeaders(event),
    body,
    origin: 'rest',
  };
}

/** Cookies are in a list of their own. */
function httpHeaders(event: Json): AppRequest['headers'] {
  const { cookies } = event;
  const headers = Object.entries(record(event['headers'])).map(
    ([name, value]) => [name.toLowerCase(), text(value)] as const,
  );
  const cookie = Array.isArray(cookies) ? { cookie: cookies.map(text).join('; ') } : {};
  return { ...Object.fromEntries(headers), ...cookie };
}

function restHeaders(event: Json): AppRequest['headers'] {
  const single = Object.entries(record(event['headers']));
  const multiple = Object.entries(record(event['multiValueHeaders']));
  const entries = (multiple.length > 0 ? multiple : single).map(([name, value]) => {
    const values = Array.isArray(value) ? value.map(text) : [text(value)];
    // Node refuses a list for some headers, such as Host.
    const [first = ''] = values;
    return [name.toLowerCase(), values.length > 1 ? values : first] as const;
  });
  return Object.fromEntries(entries);
}

function restQuery(event: Json): string {
  const single = Object.entries(record(event['queryStringParameters']));
  const multiple = Object.entries(record(event['multiValueQueryStringParameters']));
  const query = new URLSearchParams();
  for (const [name, value] of multiple.length > 0 ? multiple : single) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, text(item));
  }
  return query.toString();
}

/** Events of queues, buckets and other services, and whatever a caller sends. */
function passThrough({ payload }: RuntimeEvent, { eventsPath }: AdapterOptions): AppRequest {
  const headers = { 'content-type': 'application/json' };
  const body = Buffer.from(payload);
  return { method: 'POST', target: eventsPath, headers, body, origin: 'event' };
}

/** Encodes what a URL must not contain, as a client does. */
function toTarget(path: string, query: string): string {
  const url = new URL('http://127.0.0.1');
  url.pathname = path;
  url.search = query;
  return `${url.pathname}${url.search}`;
}

/** Removes the base path once, and only if it ends where a segment does. */
function withoutBase(target: string, basePath: string): string {
  if (basePath === '' || !target.startsWith(basePath)) return target;
  const rest = target.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : target;
}

function withAuthorization(
  headers: AppRequest['headers'],
  source: string | undefined,
): AppRequest['headers'] {
  const value = source === undefined ? undefined : headers[source];
  if (value === undefined) return headers;
  const others = Object.entries(headers).filter(([name]) => name !== source);
  return { ...Object.fromEntries(others), authorization: value };
}

/** The members of the Rust runtime's context. */
function lambdaContext(invocation: RuntimeEvent): Json {
  const { requestId, deadlineMs, functionArn, traceId = null, clientContext } = invocation;
  return {
    request_id: requestId,
    deadline: deadlineMs,
    invoked_function_arn: functionArn,
    xray_trace_id: traceId,
    client_context: clientContext === undefined ? null : parse(clientContext),
    identity: null,
    env_config: {
      function_name: process.env['AWS_LAMBDA_FUNCTION_NAME'],
      memory: Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']),
      version: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
      log_stream: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
      log_group: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    },
  };
}

/** Node sends each character of a header as one byte. */
function toHeader(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('latin1');
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Json {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
