import type { WebSocketApiDefinition } from '#local/websocket-api/websocket-api-definition.ts';

/**
 * Returns a message for the first route that messages can name. Returns undefined if there is none,
 * or if the API selects routes by more than one member.
 */
export function exampleMessage({
  routes,
  routeSelection,
}: WebSocketApiDefinition): string | undefined {
  const member = /^\$\{?request\.body\.(\w+)\}?$/u.exec(routeSelection)?.[1];
  const routeKey = [...routes.keys()].find((key) => !key.startsWith('$'));
  if (member === undefined || routeKey === undefined) return undefined;
  return JSON.stringify({ [member]: routeKey, prompt: 'Hello' });
}
