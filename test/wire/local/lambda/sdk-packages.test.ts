import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';

const packageFile = (name: string): string =>
  JSON.stringify({ name, exports: { '.': './index.js', './part': './index.js' } });

/** A project with clients of its own, and with functions whose folders have no packages. */
const files = {
  'node_modules/@aws-sdk/client-own/package.json': packageFile('@aws-sdk/client-own'),
  'node_modules/@aws-sdk/client-own/index.js': "exports.own = require('@smithy/own/part').own;",
  'node_modules/@smithy/own/package.json': packageFile('@smithy/own'),
  'node_modules/@smithy/own/index.js': "exports.own = 'own';",
  'node_modules/@aws-sdk/lib-own/package.json': packageFile('@aws-sdk/lib-own'),
  'node_modules/@aws-sdk/lib-own/index.js': "exports.own = 'lib';",
  'node_modules/other/package.json': packageFile('other'),
  'node_modules/other/index.js': "exports.own = 'other';",
  'build/module/index.mjs': [
    "import { own } from '@aws-sdk/client-own';",
    "import { own as lib } from '@aws-sdk/lib-own';",
    "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';",
    'export const handler = async () => [own, lib, typeof DynamoDBClient];',
  ].join('\n'),
  'build/common/index.js': [
    "const { own } = require('@aws-sdk/client-own');",
    "const { own: part } = require('@smithy/own/part');",
    'exports.handler = async () => [own, part];',
  ].join('\n'),
  'build/missing/index.js': "require('@aws-sdk/client-absent/part');\nrequire('other');",
  'build/other/index.mjs': "import 'other';",
};

const names = ['module', 'common', 'missing', 'other'];

test("the AWS SDK comes from the function's project, and what is missing is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const template = join(folder, 'build/template.json');
  await writeFile(template, JSON.stringify({ Resources: Object.fromEntries(names.map(entry)) }));
  await using system = await hostTemplate('', { template });
  const lambda = new LambdaClient(system.config);
  const call = async (name: string): Promise<unknown> => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: `local-${name}` }));
    return JSON.parse(Payload?.transformToString() ?? '');
  };
  expect(await call('module')).toEqual(['own', 'lib', 'function']);
  expect(await call('common')).toEqual(['own', 'own']);
  const remedy = 'npm install --save-dev @aws-sdk/client-absent';
  expect(await call('missing')).toMatchObject({ errorMessage: expect.stringContaining(remedy) });
  expect(await call('other')).toMatchObject({
    errorMessage: expect.stringContaining("Cannot find package 'other'"),
  });
  expect(system.state.notices).toEqual([
    `missing: Lambda has @aws-sdk/client-absent, which is not installed here; add it to your project: ${remedy}`,
  ]);
});

const entry = (name: string): [string, unknown] => [
  name,
  {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: 'role', Code: name },
  },
];
