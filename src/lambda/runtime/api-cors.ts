import type { HttpEvent } from '#lambda/runtime/http-event.ts';

type Headers = Readonly<Record<string, string>>;

const exposed = [
  'retry-after',
  'x-request-id',
  'x-streambed-conversation-id',
  'x-streambed-turn-id',
].join(',');

/**
 * Returns the headers of a response with those by which a page of another origin may read it. A
 * Function URL adds its own, so only responses of the REST API get them. `origins` are separated by
 * commas; without any, nothing is added.
 */
export function withApiCors(
  event: HttpEvent,
  headers: Headers,
  origins: string | undefined = process.env['API_ORIGINS'],
): Headers {
  if ('version' in event || origins === undefined) return headers;
  const names = Object.keys(event.headers ?? {});
  const name = names.find((each) => each.toLowerCase() === 'origin');
  const origin = event.headers?.[name ?? ''];
  const isAllowed = origin !== undefined && origins.split(',').includes(origin);
  return {
    vary: 'origin',
    ...(isAllowed
      ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed }
      : {}),
    ...headers,
  };
}
