import type { LocalState } from '#local/host/state/local-state.ts';
import { tryLines } from '#local/host/state/try-lines.ts';

/** Returns what a user reads when a system is up: its addresses, its credentials, what to try. */
export function startMessage(state: LocalState): string {
  const sections = [
    section('AWS endpoint and credentials', environment(state)),
    section('URLs', urls(state)),
    section('Sign-in', signIn(state)),
    section('Outputs', outputs(state)),
    section('Try', commands(state)),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** The variables that every AWS SDK and the AWS CLI read. */
function environment({ endpoints, region, credentials }: LocalState): readonly string[] {
  return [
    `AWS_ENDPOINT_URL=${endpoints.aws}`,
    `AWS_REGION=${region}`,
    `AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
  ];
}

function urls(state: LocalState): readonly string[] {
  const { functions, apis, webSocketApis = {}, webFunctions = {}, queues } = state;
  return [
    ...Object.entries(functions).flatMap(([name, { url, authType }]) =>
      url === undefined ? [] : [row(name, `${url}  (${authType})`)],
    ),
    ...Object.entries(apis).map(([name, { url }]) => row(name, url)),
    ...Object.entries(webFunctions).map(([name, { url, authType }]) =>
      row(name, `${url}  (${authType})`),
    ),
    ...Object.entries(webSocketApis).map(([name, { url }]) => row(name, url)),
    ...Object.entries(queues).map(([name, url]) => row(name, url)),
  ];
}

function signIn({ signIn: state }: LocalState): readonly string[] {
  if (state === undefined) return [];
  const users = state.users.map(({ username, password }) =>
    row('user', `${username} / ${password}`),
  );
  return [row('issuer', state.issuer), row('client id', state.clientId), ...users];
}

function outputs(state: LocalState): readonly string[] {
  return Object.entries(state.outputs).map(([name, value]) => row(name, value));
}

function commands(state: LocalState): readonly string[] {
  const lines = tryLines(state).map(({ purpose, command }) => `# ${purpose}\n  ${command}`);
  return lines.length === 0 ? [] : [lines.join('\n\n  ')];
}

function row(name: string, value: string): string {
  return `${name.padEnd(28)} ${value}`;
}
