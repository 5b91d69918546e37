import { JSONPath } from 'jsonpath-plus';
import type {
  WebSocketApiDefinition,
  WebSocketRoute,
} from '#local/websocket-api/websocket-api-definition.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

/** Routes that no message can name. */
const ownRoutes: ReadonlySet<string> = new Set(['$connect', '$disconnect']);

/**
 * Returns the route of a message: the one that the expression selects, else `$default`. Returns
 * undefined if the API has neither.
 */
export function selectRoute(
  { routes, routeSelection }: WebSocketApiDefinition,
  message: string,
): WebSocketRoute | undefined {
  const routeKey = evaluateSelection(routeSelection, message);
  const route = ownRoutes.has(routeKey) ? undefined : routes.get(routeKey);
  return route ?? routes.get('$default');
}

/**
 * Replaces `$request.body.path` and `${request.body.path}` by values of a message. A dollar sign after
 * a backslash stands for itself.
 */
export function evaluateSelection(expression: string, message: string): string {
  const body = parseObject(message);
  return expression
    .replaceAll('\\$', '$')
    .replaceAll(
      /\$\{request\.body\.([^}]+)\}|\$request\.body\.([\w.[\]-]+)/gu,
      (_, braced: string | undefined, bare: string | undefined) => {
        const path = `$.${braced ?? bare ?? ''}`;
        const found: unknown = JSONPath({ path, json: body, eval: false, wrap: false });
        return asText(found) ?? '';
      },
    );
}

/** A message that is no JSON object has no members. */
function parseObject(message: string): object {
  try {
    const value: unknown = JSON.parse(message);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
