import { readFile } from 'node:fs/promises';
import type { LocalState } from '#local/host/state/local-state.ts';
import { readOptions } from '#local/process/read-options.ts';

/*
 * Prints what runs where as variables of a shell, from the state file of a system that is up:
 * eval "$(npm run -s urls)"
 */
const { values } = readOptions({
  options: { state: { type: 'string', default: '.streambed/local.json' } },
});

try {
  const state: LocalState = JSON.parse(await readFile(values.state, 'utf8'));
  for (const [name, value] of Object.entries(variablesOf(state))) {
    console.log(`export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`);
  }
} catch (error) {
  console.error(`${values.state}: cannot be read. Is npm start running?`, error);
  process.exitCode = 1;
}

function variablesOf({ apis, functions, credentials, endpoints, signIn }: LocalState) {
  const urlOf = (name: string): string => functions[name]?.url ?? '';
  const [user] = signIn?.users ?? [];
  return {
    API: apis['Api']?.url ?? '',
    KEY: apis['Api']?.apiKeys[0] ?? '',
    CHAT_URL: urlOf('ChatFunction'),
    INVOKE_URL: urlOf('InvokeFunction'),
    LANGCHAIN_URL: urlOf('LangChainFunction'),
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    CLIENT_ID: signIn?.clientId ?? '',
    USERNAME: user?.username ?? '',
    PASSWORD: user?.password ?? '',
  };
}
