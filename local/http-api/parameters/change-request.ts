import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '#local/http-api/event.ts';
import {
  evaluateExpression,
  type ExpressionSources,
} from '#local/http-api/parameters/expressions.ts';
import type { Change } from '#local/http-api/parameters/read-changes.ts';

/** Returns a request with the changes of its integration. A value that does not exist changes nothing. */
export function changeRequest(
  httpRequest: HttpRequest,
  changes: readonly Change[],
  sources: ExpressionSources,
): HttpRequest {
  if (changes.length === 0) return httpRequest;
  const { request } = httpRequest;
  const url = new URL(request.url ?? '/', 'http://local');
  const headers = new Map(Object.entries(request.headersDistinct));
  for (const [change, expression] of changes) {
    const value = evaluateExpression(expression, sources);
    const [action = '', target = ''] = change.split(':');
    const [place = '', ...rest] = target.split('.');
    const name = rest.join('.');
    if (action !== 'remove' && value === undefined) continue;
    if (place === 'path') url.pathname = value ?? '';
    else if (place === 'querystring') changeQuery(url.searchParams, { action, name, value });
    else changeHeaders(headers, { action, name: name.toLowerCase(), value });
  }
  return { ...httpRequest, request: withParts(request, url.pathname + url.search, headers) };
}

interface ParameterChange {
  readonly action: string;
  readonly name: string;
  readonly value: string | undefined;
}

function changeQuery(query: URLSearchParams, { action, name, value = '' }: ParameterChange): void {
  if (action === 'remove') query.delete(name);
  else if (action === 'append') query.append(name, value);
  else query.set(name, value);
}

type Headers = Map<string, string[] | undefined>;

function changeHeaders(headers: Headers, { action, name, value = '' }: ParameterChange): void {
  if (action === 'remove') headers.delete(name);
  else headers.set(name, [...(action === 'append' ? (headers.get(name) ?? []) : []), value]);
}

/** A request of Node's with other headers and another URL. */
function withParts(request: IncomingMessage, url: string, headers: Headers): IncomingMessage {
  const entries = [...headers].map(([name, values = []]) => [name, values] as const);
  const parts = {
    url,
    headers: Object.fromEntries(entries.map(([name, values]) => [name, values.join(', ')])),
    headersDistinct: Object.fromEntries(entries),
    rawHeaders: entries.flatMap(([name, values]) => values.flatMap((value) => [name, value])),
  };
  return new Proxy(request, {
    get(target, name) {
      if (Object.hasOwn(parts, name)) return Reflect.get(parts, name) as unknown;
      return Reflect.get(target, name, target) as unknown;
    },
  });
}
