import type { LocalState } from '#local/host/state/local-state.ts';

/** Returns what a user reads once the system is up. `source` says where its answers come from. */
export function startBanner(state: LocalState & { readonly web: string }, source: string): string {
  const { web, apis, functions, endpoints } = state;
  const api = Object.values(apis)[0];
  const urls = Object.entries(functions).flatMap(([name, { url, authType }]) =>
    url === undefined ? [] : [row(name, `${url}  (${authType})`)],
  );
  const body = '{"prompt":"Write 200 words about rivers","format":"text"}';
  return [
    '',
    `Ready. Chat at ${web}/chat`,
    '',
    row('REST API', api?.url ?? ''),
    ...urls,
    row('AWS endpoint', endpoints.aws),
    '',
    ...signInLines(state),
    `${source} Try:`,
    '',
    `  curl -N ${api?.url}/chat/stream -H 'x-api-key: ${api?.apiKeys[0]}' -H 'content-type: application/json' -d '${body}'`,
    '',
  ].join('\n');
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(26)} ${value}`;
}

/** The users of the local user pool, which sign in to the REST API. */
function signInLines({ signIn }: LocalState): readonly string[] {
  if (signIn === undefined || signIn.users.length === 0) return [];
  const users = signIn.users.map(({ username, password }) =>
    row(`user ${username}`, `password ${password}`),
  );
  return [
    'Sign in, on the page or to the REST API, as one of two test users (docs/identity.md):',
    ...users,
    '',
  ];
}
