import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
} from '#local/bedrock/command-options.ts';
import { endOnSignals } from '#local/end-on-signals.ts';
import { startLocal } from '#local/host.ts';
import { readWholeNumber } from '#local/option-values.ts';
import { readOptions } from '#local/read-options.ts';
import { removeStateFile, writeStateFile } from '#local/state-file.ts';

const help = `Hosts an AWS template on this machine: functions, Function URLs, REST APIs, tables, Bedrock.

npm run local -- TEMPLATE [options]

  TEMPLATE                a cdk.out folder, or a CloudFormation template in JSON or YAML
  --parameter NAME=VALUE  a parameter of the template (repeatable)
  --port N                the gateway's port (4566); URLs follow from N+35, REST APIs from N+84
  --state FILE            where to write what runs where (.streambed/local.json)
  --data DIR              where tables and secrets are kept (.streambed/data)
  --endpoint SERVICE=URL  where functions find a service instead of here (repeatable)

${bedrockHelp}`;

const { values, positionals } = readOptions({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '4566' },
    state: { type: 'string', default: '.streambed/local.json' },
    data: { type: 'string', default: '.streambed/data' },
    endpoint: { type: 'string', multiple: true, default: [] },
    parameter: { type: 'string', multiple: true, default: [] },
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
    bedrock: await readBedrockArguments(values, { region: 'us-east-1', log: console.log }),
    endpoints: Object.fromEntries(values.endpoint.map(readEndpoint)),
    log: console.log,
  });
  endOnSignals(() => {
    removeStateFile(values.state);
    return system.close();
  });
  await writeStateFile(values.state, system.state);
  for (const [name, value] of Object.entries(system.state.outputs))
    console.log(`${name} = ${value}`);
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
