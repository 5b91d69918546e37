import type { HttpEvent } from '#lambda/runtime/http-event.ts';
import type { HttpResponse } from '#lambda/runtime/http.ts';
import { exposedHeaders } from '#protocol/http/cors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Returns the origins whose pages may read responses of the REST API. */
export function readApiOrigins(variables: Variables = process.env): ReadonlySet<string> {
  return new Set((variables['API_ORIGINS'] ?? '').split(',').filter((origin) => origin !== ''));
}

/**
 * Returns the response with the headers that let the page which sent the request read it. Only for
 * the REST API: Function URLs add these headers themselves.
 */
export function allowOrigin(
  origins: ReadonlySet<string>,
  event: HttpEvent,
  response: HttpResponse,
): HttpResponse {
  if ('version' in event || origins.size === 0) return response;
  const [, origin] =
    Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'origin') ?? [];
  const allowed = origin !== undefined && origins.has(origin) ? allow(origin) : {};
  return { ...response, headers: { ...allowed, vary: 'Origin', ...response.headers } };
}

function allow(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposedHeaders.join(', '),
  };
}
