import type { IncomingMessage } from 'node:http';
import type { CorsDefinition } from '#local/function-url/read-urls.ts';

/** Whether a request is a CORS preflight request, which is answered without the function. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Returns the CORS headers of a response; none if the origin is not allowed. */
export function corsHeaders(
  cors: CorsDefinition,
  origin: string | undefined,
): Record<string, string> {
  if (origin === undefined) return {};
  const allowsAny = cors.allowOrigins.includes('*');
  if (!allowsAny && !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': allowsAny && !cors.allowCredentials ? '*' : origin,
    vary: 'Origin',
    ...(cors.exposeHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/**
 * Returns the headers of the response to a preflight request; none if the origin is not allowed.
 */
export function preflightHeaders(
  cors: CorsDefinition,
  origin: string | undefined,
): Record<string, string> {
  const allowed = corsHeaders(cors, origin);
  if (allowed['access-control-allow-origin'] === undefined) return {};
  return {
    ...allowed,
    'access-control-allow-methods': cors.allowMethods.join(','),
    ...(cors.allowHeaders.length === 0
      ? {}
      : { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
    ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
  };
}
