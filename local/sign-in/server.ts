import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { readBody } from '#local/wire/read-body.ts';
import { loginPage, wrongPassword, type Language } from '#local/sign-in/login-page.ts';
import { createProvider, type Keeping } from '#local/sign-in/provider.ts';
import type { Pool } from '#local/sign-in/tokens.ts';

interface Mounted {
  readonly pool: Pool;
  readonly provider: Provider;
}

/** Serves the hosted pages and OAuth endpoints of some pools, each below its id. */
export function signInHandler(pools: readonly Pool[], keeping: Keeping): RequestListener {
  const mounted = pools.map((pool) => ({ pool, provider: createProvider(pool, keeping) }));
  return (request, response) => {
    answer(mounted, request, response).catch((error: unknown) => {
      console.error(`sign-in  ! ${String(error)}`);
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('This sign-in has ended. Go back to the application and begin again.');
    });
  };
}

async function answer(
  mounted: readonly Mounted[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const found = mounted.find(({ pool }) => url.startsWith(`/${pool.definition.id}/`));
  if (found === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'There is no such user pool.' }));
    return;
  }
  const { pool, provider } = found;
  const own = url.slice(pool.definition.id.length + 1);
  if (own.startsWith('/login/')) return login(found, request, response);
  // The provider counts its paths from where it is mounted.
  Object.assign(request, { originalUrl: url });
  request.url = own;
  await provider.callback()(request, response);
}

async function login(
  { pool, provider }: Mounted,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const client = pool.definition.clients.find(({ id }) => id === params['client_id']);
  const language: Language =
    request.headers['accept-language']?.startsWith('ja') === true ? 'ja' : 'en';
  const page = { action: request.url ?? '', clientName: client?.name ?? '', users: pool.users };
  const show = (status: number, problem?: string): void => {
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(loginPage(problem === undefined ? page : { ...page, problem }, language));
  };
  if (request.method !== 'POST') return show(200);
  const body = await readBody(request, 10_000);
  const form = new URLSearchParams(body === 'too-large' ? '' : body.toString('utf8'));
  const user = pool.users.find(
    ({ username, password }) =>
      username === form.get('username') && password === form.get('password'),
  );
  if (user === undefined) return show(401, wrongPassword[language]);
  await provider.interactionFinished(request, response, { login: { accountId: user.sub } });
}
