import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { handleInBackground } from '#local/process/handle-request.ts';
import { readBody } from '#local/wire/read-body.ts';
import { loginPage, wrongPassword, type Language } from '#local/sign-in/login-page.ts';
import { createProvider, type SessionStorage } from '#local/sign-in/provider.ts';
import type { UserPool } from '#local/sign-in/user-pools.ts';

interface MountedPool {
  readonly pool: UserPool;
  readonly provider: Provider;
}

/** Returns a handler for the sign-in pages and OAuth endpoints of the pools, under `/<pool id>/`. */
export function signInHandler(
  pools: readonly UserPool[],
  storage: SessionStorage,
): RequestListener {
  const mounted = pools.map((pool) => ({ pool, provider: createProvider(pool, storage) }));
  return (request, response) => {
    const onError = (error: unknown): void => {
      console.error(`sign-in  ! ${String(error)}`);
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(
        'This sign-in is no longer valid. Go back to the application and sign in again.',
      );
    };
    handleInBackground(response, () => handle(mounted, request, response), onError);
  };
}

async function handle(
  mounted: readonly MountedPool[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const match = mounted.find(({ pool }) => url.startsWith(`/${pool.definition.id}/`));
  if (match === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'This user pool does not exist.' }));
    return;
  }
  const { pool, provider } = match;
  const path = url.slice(pool.definition.id.length + 1);
  if (path.startsWith('/login/')) return login(match, request, response);
  // The provider needs both the path below its mount point and the original URL.
  Object.assign(request, { originalUrl: url });
  request.url = path;
  await provider.callback()(request, response);
}

async function login(
  { pool, provider }: MountedPool,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const client = pool.definition.clients.find(({ id }) => id === params['client_id']);
  const language: Language =
    request.headers['accept-language']?.startsWith('ja') === true ? 'ja' : 'en';
  const application = client?.application ?? pool.definition.name;
  const page = { action: request.url ?? '', application, users: pool.users };
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
