import { join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { invoke, writeProject } from '#test/fixtures/project.ts';

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
