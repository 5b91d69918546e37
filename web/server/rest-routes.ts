import { routes, splitRoute } from '#protocol/http/routes.ts';

/** What the page does not use, or calls by Function URLs. */
const excluded: ReadonlySet<string> = new Set([
  'chat',
  'chat-buffered',
  'conversation-stream',
  'openai',
  'openapi',
]);

const patterns = Object.entries(routes)
  .filter(([, { handler }]) => !excluded.has(handler))
  .map(([route]) => {
    const [method, path] = splitRoute(route);
    const pattern = path.replaceAll(/\{[^}]+\}/gu, '[^/]+');
    return { method, path: new RegExp(`^${pattern}$`, 'u') };
  });

/** Whether a request to the page's server may go on to the REST API. */
export function isForwarded(method: string, path: string): boolean {
  return patterns.some((each) => each.method === method && each.path.test(path));
}
