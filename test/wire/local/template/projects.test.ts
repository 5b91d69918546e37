import { mkdir, mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { AwsClient } from 'aws4fetch';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes the files of a project into a new folder, and returns the folder. */
async function writeProject(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries));
}

async function invoke(system: HostedTemplate, FunctionName: string): Promise<unknown> {
  const lambda = new LambdaClient(system.config);
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
  return JSON.parse(Payload?.transformToString() ?? '');
}

/** What `osls package` 4.3.1 wrote for the service beside it, without its copies of the template. */
const recorded = 'test/templates/serverless-package';

const says = (text: string): string => `exports.handler = async () => ${JSON.stringify(text)};`;

async function writeServerlessPackage(): Promise<Files> {
  const service = {
    'src/hello.js': `exports.handler = async () => ({ statusCode: 200, body: require('words') });`,
    'src/chat.js': `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
      stream.write('one ');
      stream.end('two');
    });`,
    'src/tick.js': says('tick'),
  };
  const state = await readFile(join(recorded, 'serverless-state.json'));
  const name = 'cloudformation-template-update-stack.json';
  return {
    'serverless.yml': await readFile(join(recorded, 'serverless.yml')),
    'dist/own.zip': zip({ 'own.js': says('own') }),
    '.serverless/greetings.zip': zip(service),
    '.serverless/alone.zip': zip({ 'src/alone.js': says('alone') }),
    '.serverless/words.zip': zip({
      'nodejs/node_modules/words/index.js': `module.exports = 'from a layer'`,
    }),
    '.serverless/serverless-state.json': state,
    [`.serverless/${name}`]: await readFile(join(recorded, name)),
  };
}

test('a Serverless Framework package runs from its archives', async () => {
  const template = await writeProject(await writeServerlessPackage());
  await using system = await hostTemplate('', { template });
  expect(system.lines[0]).toBe(
    `${template} is a Serverless Framework project: hosting .serverless/cloudformation-template-update-stack.json`,
  );
  expect(Object.keys(system.state.functions)).toHaveLength(5);
  expect(await invoke(system, 'greetings-dev-alone')).toBe('alone');
  expect(await invoke(system, 'greetings-dev-own')).toBe('own');
  expect(await invoke(system, 'greetings-dev-tick')).toBe('tick');
  const { ServiceEndpoint: api = '', ChatLambdaFunctionUrl: url = '' } = system.state.outputs;
  expect(await (await fetch(`${api}/hello`)).text()).toBe('from a layer');
  expect(await (await fetch(`${api}/chat`)).text()).toBe('one two');
  expect((await fetch(url)).status).toBe(403);
  const { credentials, region } = system.state;
  const signer = new AwsClient({ ...credentials, region, service: 'lambda' });
  const response = await signer.fetch(url);
  expect([response.status, await response.text()]).toEqual([201, 'one two']);
});

test('a Serverless Framework package that was moved is found by its folder or its template', async () => {
  const files = await writeServerlessPackage();
  const moved = Object.entries(files)
    .filter(([name]) => name !== 'serverless.yml' && !name.endsWith('state.json'))
    .map(([name, content]) => [name.replace(/^\.serverless|^dist/u, 'package'), content] as const);
  const folder = await writeProject(Object.fromEntries(moved));
  for (const end of ['package', 'package/cloudformation-template-update-stack.json']) {
    await using system = await hostTemplate('', { template: join(folder, end) });
    expect(Object.keys(system.state.functions)).toHaveLength(5);
    expect(await invoke(system, 'greetings-dev-own')).toBe('own');
  }
});

/**
 * Synthesizes nested stacks in the way of Amplify: the first depends on one that comes after it,
 * and that one has a nested stack of its own.
 */
function synthesizeNested(app: App, scope: App | Stage): void {
  const root = new Stack(scope, 'amplify-app-sandbox');
  const front = new NestedStack(root, 'front');
  const back = new NestedStack(root, 'back');
  const inner = new NestedStack(back, 'inner');
  const add = (stack: Stack, id: string, environment: Record<string, string>): Function =>
    new Function(stack, id, {
      environment,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.environment',
      code: Code.fromAsset('test/fixtures/functions'),
    });
  const called = add(inner, 'Called', {});
  add(front, 'Caller', { CALLED: called.functionName });
  app.synth();
}

test('an Amplify project is hosted from its nested stacks, whatever their order', async () => {
  const template = await writeProject({ 'amplify/backend.ts': '' });
  const app = new App({ outdir: join(template, '.amplify/artifacts/cdk.out') });
  synthesizeNested(app, app);
  await using system = await hostTemplate('', { template });
  expect(system.lines).toEqual([
    `${template} is an Amplify Gen2 project: hosting .amplify/artifacts/cdk.out`,
  ]);
  expect(await environmentOfCaller(system)).toMatchObject({
    CALLED: expect.stringMatching(/^amplify-app-sandbox-.*-Called\w+$/u) as string,
  });
});

/** Returns what the function `Caller` of `synthesizeNested` returns. */
async function environmentOfCaller(system: HostedTemplate): Promise<unknown> {
  const { functions } = system.state;
  const [, { name }] = Object.entries(functions).find(([key]) => key.startsWith('Caller')) ?? [
    '',
    { name: '' },
  ];
  const { body } = (await invoke(system, name)) as { body: string };
  return JSON.parse(body);
}

test('a CDK project is hosted from the folder that its cdk.json names, with its stages', async () => {
  const template = await writeProject({ 'cdk.json': '{ "output": "build/assembly" }' });
  const app = new App({ outdir: join(template, 'build/assembly') });
  synthesizeNested(app, new Stage(app, 'Prod'));
  await using system = await hostTemplate('', { template });
  expect(system.lines).toEqual([`${template} is a CDK project: hosting build/assembly`]);
  expect(await environmentOfCaller(system)).toMatchObject({ CALLED: expect.any(String) as string });
});
