import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
  describeSource,
} from '#local/bedrock/server/command-options.ts';
import { endOnSignals } from '#local/process/end-on-signals.ts';
import { startLocal } from '#local/host/host.ts';
import { readWholeNumber } from '#local/process/option-values.ts';
import { readOptions } from '#local/process/read-options.ts';
import type { LocalState } from '#local/host/state/local-state.ts';
import { removeStateFile, writeStateFile } from '#local/host/state/state-file.ts';
import { buildAll, watchSystem } from './build.ts';
import { freePort, startPage } from './start-page.ts';

const help = `Builds what is stale and runs the whole system on this machine.

npm start -- [options]

  --port N          the gateway's port (4566); Function URLs follow from N+35, REST APIs from N+84
  --web-port N      the page's port (3000, or PORT)
  --state FILE      where to write what runs where (.streambed/local.json)
  --data DIR        where conversations and secrets are kept (.streambed/data)
  --quiet           no log lines of the functions
  --watch           functions and page show changes at once (npm run dev)
  --callbacks-here  callbacks of tasks may go to http://127.0.0.1

${bedrockHelp}`;

const { values } = readOptions({
  options: {
    port: { type: 'string', default: '4566' },
    'web-port': { type: 'string', default: process.env['PORT'] ?? '3000' },
    state: { type: 'string', default: '.streambed/local.json' },
    data: { type: 'string', default: '.streambed/data' },
    quiet: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    'callbacks-here': { type: 'boolean', default: false },
    ...bedrockArguments,
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) console.log(help);
  else await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const gatewayPort = readWholeNumber('--port', values.port);
  const pagePort = readWholeNumber('--web-port', values['web-port']);
  // Before anything is built, perhaps under another system that runs from here.
  await freePort(gatewayPort, '--port');
  await freePort(pagePort, '--web-port or PORT');
  const knowledge = values.knowledge.length === 0 ? ['docs'] : values.knowledge;
  const bedrock = await readBedrockArguments({ ...values, knowledge }, 'us-east-1', console.log);
  const { watch } = values;
  const template = watch ? await watchSystem() : await buildAll();
  const system = await startLocal({
    template,
    parameters: parametersFor(bedrock.knowledgeBases ?? []),
    watch,
    data: values.data,
    port: gatewayPort,
    bedrock,
    log: (line) => {
      if (!values.quiet) console.log(line);
    },
  });
  const isBilled = values.bedrock === 'aws' || values.record !== undefined;
  const page = await startPage(system.state, { watch, port: pagePort, isBilled }).catch(
    async (error: unknown) => {
      await system.close();
      throw error;
    },
  );
  const state = { ...system.state, web: page.url };
  await writeStateFile(values.state, state);
  process.once('exit', () => removeStateFile(values.state));
  const end = endOnSignals({
    workName: 'running function',
    countWork: () => system.runningFunctions(),
    async close() {
      await page.close();
      await system.close();
    },
  });
  page.onExit(end);
  console.log(banner(state));
}

/** What this machine has in the place of what a deployment names. */
function parametersFor(bases: readonly { readonly id: string }[]): Record<string, string> {
  return {
    LoopbackCallbacks: String(values['callbacks-here']),
    KnowledgeBases: bases.map(({ id }) => `${baseName(id)}=${id}`).join(','),
    Agents: [
      'helper=arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-local',
      'classic=LOCALAGENT/TSTALIASID',
    ].join(','),
  };
}

/** The folder that is given without a name is the one that the documents speak of. */
function baseName(id: string): string {
  return id === 'LOCALKB001' ? 'docs' : id;
}

function banner({ web, apis, functions, endpoints, signIn }: LocalState): string {
  const api = Object.values(apis)[0];
  const urls = Object.entries(functions).flatMap(([name, { url, authType }]) =>
    url === undefined ? [] : [`  ${name.padEnd(26)} ${url}  (${authType})`],
  );
  const body = '{"prompt":"Write 200 words about rivers","format":"text"}';
  return [
    '',
    `Ready. Chat at ${web}/chat`,
    '',
    `  ${'REST API'.padEnd(26)} ${api?.url}`,
    ...urls,
    ...(signIn?.users ?? []).map(
      ({ username, password }) => `  ${`Sign-in of ${username}`.padEnd(26)} ${password}`,
    ),
    `  ${'AWS endpoint'.padEnd(26)} ${endpoints.aws}`,
    `  ${'What runs where'.padEnd(26)} ${values.state}`,
    '',
    `${describeSource(values)} Try:`,
    '',
    `  curl -N ${api?.url}/chat/stream -H 'x-api-key: ${api?.apiKeys[0]}' -H 'content-type: application/json' -d '${body}'`,
    '',
  ].join('\n');
}
