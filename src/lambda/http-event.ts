import { ChatError } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import type { HttpRequest } from '#api/http/http.ts';
import { exposedHeaders } from '#protocol/http/cors.ts';

/** The part of a Function URL's event that is read (payload format 2.0). */
export interface FunctionUrlEvent {
  readonly version: '2.0';
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly http: { readonly method: string };
    readonly authorizer?: { readonly iam?: { readonly userArn: string } };
  };
}

/** The part of a REST API's proxy event that is read (payload format 1.0). */
export interface RestApiEvent {
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly queryStringParameters: Readonly<Record<string, string>> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly identity: { readonly apiKeyId?: string | null };
    /** Set by `authorize.ts`. */
    readonly authorizer?: { readonly user?: string; readonly guest?: string } | null;
  };
}

export type HttpEvent = FunctionUrlEvent | RestApiEvent;

/** Returns the request in the event of a Function URL or a REST API. */
export function toHttpRequest(event: HttpEvent): HttpRequest {
  return 'version' in event ? fromFunctionUrl(event) : fromRestApi(event);
}

function fromFunctionUrl(event: FunctionUrlEvent): HttpRequest {
  const arn = event.requestContext.authorizer?.iam?.userArn;
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers: lowerCased(event.headers),
    query: event.queryStringParameters ?? {},
    get body() {
      return readBody(event);
    },
    caller: arn === undefined ? { type: 'anonymous' } : { type: 'iam', arn },
  };
}

function fromRestApi(event: RestApiEvent): HttpRequest {
  return {
    method: event.httpMethod,
    path: event.path,
    headers: lowerCased(event.headers ?? {}),
    query: event.queryStringParameters ?? {},
    get body() {
      return readBody(event);
    },
    caller: callerOf(event.requestContext),
  };
}

/** A person owns their data, whichever API key their usage plan has. */
function callerOf({ identity, authorizer }: RestApiEvent['requestContext']): Caller {
  if (typeof authorizer?.user === 'string') return { type: 'user', id: authorizer.user };
  if (typeof authorizer?.guest === 'string') return { type: 'guest', id: authorizer.guest };
  const { apiKeyId } = identity;
  return typeof apiKeyId === 'string' ? { type: 'api-key', id: apiKeyId } : { type: 'anonymous' };
}

/**
 * Returns the headers of a response with those by which a page of another origin may read it. A
 * Function URL adds its own, so only responses of the REST API get them. `origins` are separated by
 * commas; without any, nothing is added.
 */
export function withApiCors(
  event: HttpEvent,
  headers: Readonly<Record<string, string>>,
  origins: string | undefined = process.env['API_ORIGINS'],
): Readonly<Record<string, string>> {
  if ('version' in event || origins === undefined) return headers;
  const { origin } = lowerCased(event.headers ?? {});
  const isAllowed = origin !== undefined && origins.split(',').includes(origin);
  return {
    vary: 'origin',
    ...(isAllowed
      ? {
          'access-control-allow-origin': origin,
          'access-control-expose-headers': exposedHeaders.join(','),
        }
      : {}),
    ...headers,
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function readBody({ body, isBase64Encoded, headers }: HttpEvent): string {
  if (body === undefined || body === null) return '';
  if (!isBase64Encoded) {
    if (wasRepaired(body, lowerCased(headers ?? {}))) throw notUtf8();
    return body;
  }
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.from(body, 'base64'));
  } catch (error) {
    throw notUtf8(error);
  }
}

/**
 * AWS passes JSON on as text, with U+FFFD in place of invalid bytes. A text with U+FFFD that is not
 * as long as the body that was sent was not sent like this.
 */
function wasRepaired(body: string, headers: Readonly<Record<string, string>>): boolean {
  const sentBytes = headers['content-length'];
  if (sentBytes === undefined || !body.includes('\u{FFFD}')) return false;
  return Number(sentBytes) !== Buffer.byteLength(body);
}

function notUtf8(cause?: unknown): ChatError {
  return new ChatError('invalid_request', 'The body must be valid UTF-8.', { cause });
}
