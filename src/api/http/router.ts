import { ChatError } from '#domain/errors.ts';
import type { HttpRequest } from '#api/http/http.ts';
import { logAbout } from '#api/log/log-names.ts';
import { splitRoute, type PathParameter } from '#protocol/http/routes.ts';

/** The values in a request's path, by their names in the route. */
export type PathParameters<Route extends string> = Readonly<Record<PathParameter<Route>, string>>;

/** For each route the function that answers it, typed by the parameters of its path. */
export type RouteTable<Routes extends string, Context, Result> = {
  readonly [Route in Routes]: (
    context: Context,
    parameters: PathParameters<Route>,
  ) => Promise<Result>;
};

/**
 * Returns a function that answers a request by the route that its method and path match. The
 * function throws `not_found` if none does.
 */
export function createRouter<Routes extends string, Context, Result>(
  table: RouteTable<Routes, Context, Result>,
): (request: HttpRequest, context: Context) => Promise<Result> {
  const entries = Object.entries<RouteAnswer<Context, Result>>(table);
  const compiled = entries.map(([route, answer]) => ({ route, match: compile(route), answer }));
  return async ({ method, path }, context) => {
    for (const { route, match, answer } of compiled) {
      const parameters = match(method, path);
      if (parameters === undefined) continue;
      const { conversation_id: conversationId } = parameters;
      logAbout({ route, ...(conversationId === undefined ? {} : { conversationId }) });
      return answer(context, parameters);
    }
    throw new ChatError('not_found', `There is no route ${method} ${path}.`);
  };
}

type RouteAnswer<Context, Result> = (
  context: Context,
  parameters: Readonly<Record<string, string>>,
) => Promise<Result>;

type Match = (method: string, path: string) => Readonly<Record<string, string>> | undefined;

function compile(route: string): Match {
  const [method, path] = splitRoute(route);
  const names = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => name);
  const source = path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/gu, '([^/]+)');
  const pattern = new RegExp(`^${source}$`, 'u');
  return (requestMethod, requestPath) => {
    const found = requestMethod === method ? pattern.exec(requestPath) : null;
    if (found === null) return undefined;
    return Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
  };
}
