import { readFile } from 'node:fs/promises';
import type { LocalState } from '#local/host/state/local-state.ts';
import { readOptions } from '#local/process/read-options.ts';

const help = `Prints the addresses and credentials of the running system as shell variables.

eval "$(npm run -s urls)"               STREAMBED_API, STREAMBED_KEY, STREAMBED_CHAT_URL …
eval "$(npm run -s urls -- --aws)"      AWS_ENDPOINT_URL, AWS_REGION and credentials, for AWS tools

  --state FILE  the state file of the system (.streambed/local.json)
  --aws         print the variables that AWS SDKs and the AWS CLI read`;

const { values } = readOptions({
  options: {
    state: { type: 'string', default: '.streambed/local.json' },
    aws: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await printVariables();

async function printVariables(): Promise<void> {
  const state = await readState(values.state);
  if (state === undefined) {
    const hint = 'Start the system with npm start, or name its state file with --state.';
    console.error(`${values.state} could not be read. ${hint}`);
    process.exitCode = 1;
    return;
  }
  const variables = values.aws ? awsVariables(state) : streambedVariables(state);
  for (const [name, value] of Object.entries(variables)) {
    console.log(`export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`);
  }
}

async function readState(file: string): Promise<LocalState | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function streambedVariables(state: LocalState): Record<string, string> {
  const { apis, functions, credentials, endpoints, outputs, signIn } = state;
  const urlOf = (name: string): string => functions[name]?.url ?? '';
  const [user] = signIn?.users ?? [];
  // Each tool has logical ids of its own, but the examples have one API and the same outputs.
  const api = apis['Api'] ?? Object.values(apis)[0];
  const [webSocket] = Object.values(state.webSocketApis ?? {});
  const [webFunction] = Object.values(state.webFunctions ?? {});
  return {
    STREAMBED_API: api?.url ?? '',
    STREAMBED_KEY: api?.apiKeys[0] ?? '',
    STREAMBED_CHAT_URL: outputs['ChatUrl'] ?? '',
    STREAMBED_INVOKE_URL: urlOf('InvokeFunction'),
    STREAMBED_LANGCHAIN_URL: urlOf('LangChainFunction'),
    ...(webSocket === undefined ? {} : { STREAMBED_WEBSOCKET_URL: webSocket.url }),
    ...(webFunction === undefined ? {} : { STREAMBED_WEB_FUNCTION_URL: webFunction.url }),
    STREAMBED_ENDPOINT_URL: endpoints.aws,
    STREAMBED_ACCESS_KEY_ID: credentials.accessKeyId,
    STREAMBED_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    STREAMBED_CLIENT_ID: signIn?.clientId ?? '',
    STREAMBED_USERNAME: user?.username ?? '',
    STREAMBED_PASSWORD: user?.password ?? '',
  };
}

function awsVariables({ endpoints, region, credentials }: LocalState): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
