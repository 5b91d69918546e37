import { toHttpEvent, type HttpRequest } from '#local/http-api/event.ts';
import { record } from '#local/template/json.ts';
import { asText } from '#local/wire/shape.ts';

/**
 * Resolves identity sources: `$request.header.Name`, `$request.querystring.name`, `$context.…` and
 * `$stageVariables.name`.
 */
export function resolveIdentitySources(
  sources: readonly string[],
  httpRequest: HttpRequest,
): readonly (string | undefined)[] {
  const { request, stageVariables } = httpRequest;
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  return sources.map((source) => {
    const name = source
      .split('.')
      .slice(source.startsWith('$request') ? 2 : 1)
      .join('.');
    if (source.startsWith('$request.header.'))
      return request.headers[name.toLowerCase()]?.toString();
    if (source.startsWith('$request.querystring.')) return query.get(name) ?? undefined;
    if (source.startsWith('$stageVariables.')) return stageVariables[name];
    const { requestContext } = toHttpEvent(httpRequest, '2.0');
    const value = name
      .split('.')
      .reduce<unknown>((parent, key) => record(parent)[key], requestContext);
    return asText(value);
  });
}
