import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
} from '#local/bedrock/server/command-options.ts';
import { endOnSignals } from '#local/process/end-on-signals.ts';
import { startLocal } from '#local/host/host.ts';
import { readWholeNumber } from '#local/process/option-values.ts';
import { readOptions } from '#local/process/read-options.ts';
import type { LocalState } from '#local/host/local-state.ts';
import { removeStateFile, writeStateFile } from '#local/host/state-file.ts';

const help = `Hosts an AWS template on this machine: functions, APIs, tables, queues, workflows, buckets,
sign-in and Bedrock.

npm run local -- TEMPLATE [options]

  TEMPLATE                a cdk.out folder, or a CloudFormation or SAM template in JSON or YAML
  --parameter NAME=VALUE  a parameter of the template (repeatable)
  --port N                the gateway's port (4566); sign-in is at N+4, URLs follow from N+35, APIs from N+84
  --host ADDRESS          where to listen instead of on this machine only: others can then use it
  --state FILE            where to write what runs where (.streambed/local.json)
  --data DIR              where tables, queues, files and secrets are kept (.streambed/data)
  --endpoint SERVICE=URL  where functions find a service instead of here (repeatable)
  --faithful-limits       streamed answers are no faster than on AWS
  --watch                 functions run changed code from their next invocation on

${bedrockHelp}`;

const { values, positionals } = readOptions({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '4566' },
    state: { type: 'string', default: '.streambed/local.json' },
    data: { type: 'string', default: '.streambed/data' },
    endpoint: { type: 'string', multiple: true, default: [] },
    parameter: { type: 'string', multiple: true, default: [] },
    host: { type: 'string' },
    'faithful-limits': { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    ...bedrockArguments,
    help: { type: 'boolean', default: false },
  },
});

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const [template] = positionals;
  if (values.help || template === undefined) {
    console.log(help);
    return;
  }
  const system = await startLocal({
    template,
    parameters: Object.fromEntries(values.parameter.map(readParameter)),
    data: values.data,
    port: readWholeNumber('--port', values.port),
    host: values.host,
    faithfulLimits: values['faithful-limits'],
    watch: values.watch,
    bedrock: await readBedrockArguments(values, { region: 'us-east-1', log: console.log }),
    endpoints: Object.fromEntries(values.endpoint.map(readEndpoint)),
    log: console.log,
  });
  process.once('exit', () => removeStateFile(values.state));
  endOnSignals({
    workName: 'running function',
    countWork: () => system.runningFunctions(),
    close: () => system.close(),
  });
  await writeStateFile(values.state, system.state);
  if (values.host !== undefined) {
    console.log(`! It listens on ${values.host}: whoever reaches that address can use it.`);
  }
  for (const address of addressesOf(system.state)) console.log(address);
  console.log(`Ready. What runs where: ${values.state}`);
}

function readEndpoint(value: string): readonly [service: string, url: string] {
  const [, service, url] = /^([\w-]+)=(https?:\/\/.+)$/u.exec(value) ?? [];
  if (service !== undefined && url !== undefined) return [service, url];
  throw new Error(`--endpoint: must be SERVICE=URL, not ${JSON.stringify(value)}`);
}

function readParameter(value: string): readonly [name: string, value: string] {
  const [, name, given] = /^(\w+)=(.*)$/su.exec(value) ?? [];
  if (name !== undefined && given !== undefined) return [name, given];
  throw new Error(`--parameter: must be NAME=VALUE, not ${JSON.stringify(value)}`);
}

/** What is where, a line each, and what the template gives out. */
function addressesOf({ functions, apis, signIn, outputs }: LocalState): readonly string[] {
  return [
    ...Object.entries(functions).flatMap(([name, { url, authType }]) =>
      url === undefined ? [] : [line(name, `${url}  (${authType})`)],
    ),
    ...Object.entries(apis).map(([name, { url }]) => line(name, url)),
    ...(signIn === undefined
      ? []
      : [
          line('sign-in', signIn.issuer),
          ...signIn.users.map(({ username, password }) => line('', `${username} / ${password}`)),
        ]),
    ...Object.entries(outputs).map(([name, value]) => `${name} = ${value}`),
  ];
}

function line(name: string, address: string): string {
  return `  ${name.padEnd(28)} ${address}`;
}
