import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { invoke, writeProject, zip, type Files } from '#test/fixtures/project.ts';

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
  const data = join(template, 'data');
  await using system = await hostTemplate('', { template, data });
  // Three of the functions share an archive.
  expect(await readdir(join(data, 'code'))).toHaveLength(4);
  expect(system.lines[0]).toBe(
    `${template} is a Serverless Framework project: hosting .serverless/cloudformation-template-update-stack.json`,
  );
  const tick = 'arn:aws:lambda:us-east-1:000000000000:function:greetings-dev-tick';
  expect(system.state.notices).toEqual([
    'AWS::Logs::SubscriptionFilter is not hosted here',
    `alexa-appkit.amazon.com is not hosted here, so it does not invoke ${tick}`,
    'CognitoUserPoolPeople: its triggers are not hosted here: PreSignUp',
  ]);
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
