import type { IncomingMessage } from 'node:http';
import type { CorsDefinition } from '#local/function-url/read-urls.ts';

/** Whether the URL answers a request itself, without its function. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** What the URL adds to every answer; nothing for an origin that is not allowed. */
export function corsHeaders(
  cors: CorsDefinition,
  origin: string | undefined,
): Record<string, string> {
  if (origin === undefined) return {};
  const any = cors.allowOrigins.includes('*');
  if (!any && !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': any && !cors.allowCredentials ? '*' : origin,
    vary: 'Origin',
    ...(cors.exposeHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** The answer to a preflight request. */
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
