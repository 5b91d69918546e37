import {
  bedrockArguments,
  bedrockHelp,
  readBedrockArguments,
} from '#local/bedrock/server/command-options.ts';
import { endOnSignals } from '#local/process/end-on-signals.ts';
import { startLocal } from '#local/host/host.ts';
import { readInspect } from '#local/lambda/environment/debug-options.ts';
import {
  environmentArguments,
  environmentHelp,
  readEnvironmentArguments,
} from '#local/lambda/pool/environment-options.ts';
import { readWholeNumber } from '#local/process/option-values.ts';
import { readOptions } from '#local/process/read-options.ts';
import { startMessage } from '#local/host/state/start-message.ts';
import { removeStateFile, writeStateFile } from '#local/host/state/state-file.ts';

const help = `Hosts an AWS template on this machine: functions, APIs, tables, queues, state machines,
buckets, sign-in and Bedrock.

npm run local -- FOLDER [options]

  FOLDER                  a project of the Serverless Framework, SAM, CDK or Amplify Gen2, the folder
                          that its tool left, or a CloudFormation or SAM template in JSON or YAML
  --parameter NAME=VALUE  a parameter of the template (repeatable)
                          ssm:NAME=VALUE and secretsmanager:NAME=VALUE give a stored value
  --port N                the gateway's port (4566); sign-in is at N+4, URLs start at N+35, APIs at N+84
  --host ADDRESS          listen on this address instead of 127.0.0.1, also for other machines
  --state FILE            the file for all addresses, credentials and notices (.streambed/local.json)
  --data DIR              the folder for tables, queues, files and secrets (.streambed/data)
  --endpoint SERVICE=URL  use a service at this URL instead of the local one (repeatable)
  --faithful-limits       limit the speed of streamed responses as AWS does
  --watch                 run changed code from the next invocation of a function on
  --inspect NAME[=PORT]   let a debugger attach to a Node function (9229; repeatable)

${environmentHelp}
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
    inspect: { type: 'string', multiple: true, default: [] },
    ...environmentArguments,
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
    debug: { sourceMaps: true, inspect: readInspect(values.inspect) },
    environments: readEnvironmentArguments(values),
    bedrock: await readBedrockArguments(values, 'us-east-1', console.log),
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
    console.log(`! Listening on ${values.host}: everyone who can reach this address can use it.`);
  }
  console.log(`\n${startMessage(system.state)}\n`);
  console.log(`Ready. All of this, and every notice, is in ${values.state}`);
}

function readEndpoint(value: string): readonly [service: string, url: string] {
  const [, service, url] = /^([\w-]+)=(https?:\/\/.+)$/u.exec(value) ?? [];
  if (service !== undefined && url !== undefined) return [service, url];
  throw new Error(`--endpoint: must be SERVICE=URL, not ${JSON.stringify(value)}`);
}

function readParameter(value: string): readonly [name: string, value: string] {
  const [, name, text] = /^((?:ssm|secretsmanager):[^=]+|\w+)=(.*)$/su.exec(value) ?? [];
  if (name !== undefined && text !== undefined) return [name, text];
  throw new Error(`--parameter: must be NAME=VALUE, not ${JSON.stringify(value)}`);
}
