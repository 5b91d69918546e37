import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostResources } from '#test/fixtures/template.ts';

interface Case {
  readonly runtime: 'nodejs20.x' | 'nodejs22.x' | 'nodejs24.x';
  /** The files of the function, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The value of NODE_OPTIONS. */
  readonly options?: string;
  /** The function's folder is a symbolic link. */
  readonly isLinked?: boolean;
  /** The error type, if the function does not answer. */
  readonly error?: string;
}

const esm = 'export const handler = async () => "yes";';
const cjs = 'exports.handler = async () => "yes";\nvar import_types;\nimport_types = 1;';
const mjsImportingJs = { 'index.mjs': "export { handler } from './own.js';", 'own.js': esm };
const cjsRequiringMjs = {
  'index.js': "exports.handler = require('./own.mjs').handler;",
  'own.mjs': esm,
};
const notRequired = 'Error';
const notParsed = 'Runtime.UserCodeSyntaxError';

/** The name of a case says what is loaded. The folder above all functions is an ES module's. */
const cases: Readonly<Record<string, Case>> = {
  'CommonJS without a package.json on 20': { runtime: 'nodejs20.x', files: { 'index.js': cjs } },
  'CommonJS without a package.json on 22': { runtime: 'nodejs22.x', files: { 'index.js': cjs } },
  'CommonJS without a package.json on 24': { runtime: 'nodejs24.x', files: { 'index.js': cjs } },
  'an ES module without a package.json on 20, which requires it': {
    runtime: 'nodejs20.x',
    files: { 'index.js': esm },
    error: notParsed,
  },
  'an ES module without a package.json on 22, which does not detect it': {
    runtime: 'nodejs22.x',
    files: { 'index.js': esm },
    error: notParsed,
  },
  'an ES module without a package.json on 24, which detects it': {
    runtime: 'nodejs24.x',
    files: { 'index.js': esm },
  },
  'an ES module by the type of its package.json on 22': {
    runtime: 'nodejs22.x',
    files: { 'index.js': esm, 'package.json': '{"type":"module"}' },
  },
  'an ES module in a package.json without a type on 24': {
    runtime: 'nodejs24.x',
    files: { 'index.js': esm, 'package.json': '{}' },
  },
  'an ES module in a package.json of CommonJS': {
    runtime: 'nodejs24.x',
    files: { 'index.js': esm, 'package.json': '{"type":"commonjs"}' },
    error: notParsed,
  },
  'CommonJS in a package.json of ES modules': {
    runtime: 'nodejs24.x',
    files: { 'index.js': cjs, 'package.json': '{"type":"module"}' },
    error: 'ReferenceError',
  },
  'CommonJS in a nested package.json': {
    runtime: 'nodejs24.x',
    files: {
      'package.json': '{"type":"module"}',
      'index.js': "export { handler } from './inner/own.js';",
      'inner/package.json': '{"type":"commonjs"}',
      'inner/own.js': cjs,
    },
  },
  'an imported ES module without a package.json on 20': {
    runtime: 'nodejs20.x',
    files: mjsImportingJs,
  },
  'an imported ES module without a package.json on 22': {
    runtime: 'nodejs22.x',
    files: mjsImportingJs,
    error: notParsed,
  },
  'an imported ES module on 22 with detection': {
    runtime: 'nodejs22.x',
    files: mjsImportingJs,
    options: '--experimental-detect-module',
  },
  'a required ES module on 20': {
    runtime: 'nodejs20.x',
    files: cjsRequiringMjs,
    error: notRequired,
  },
  'a required ES module on 22': {
    runtime: 'nodejs22.x',
    files: cjsRequiringMjs,
    error: notRequired,
  },
  'a required ES module on 22 with the option for it': {
    runtime: 'nodejs22.x',
    files: cjsRequiringMjs,
    options: '--experimental-require-module',
  },
  'a required ES module on 24': { runtime: 'nodejs24.x', files: cjsRequiringMjs },
  'a required file without a package.json': {
    runtime: 'nodejs24.x',
    files: { 'index.js': "exports.handler = require('./own').handler;", 'own.js': cjs },
  },
  'a package without a package.json of its own': {
    runtime: 'nodejs24.x',
    files: {
      'package.json': '{"type":"module"}',
      'index.js': "export { handler } from 'plain/own.js';",
      'node_modules/plain/own.js': cjs,
    },
  },
  'CommonJS in a linked folder': {
    runtime: 'nodejs24.x',
    files: { 'index.js': cjs },
    isLinked: true,
  },
  'a file without an extension': { runtime: 'nodejs24.x', files: { index: cjs } },
  'a file of a layer': {
    runtime: 'nodejs24.x',
    files: { 'index.mjs': "export { handler } from '/opt/nodejs/shared.js';" },
  },
};

let system: Awaited<ReturnType<typeof hostResources>>;
let lambda: LambdaClient;

async function writeFiles(folder: string, files: Case['files']): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'streambed-modules-'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  const folders: Record<string, string> = { layer: join(root, 'layer') };
  await writeFiles(join(root, 'layer'), { 'nodejs/shared.js': cjs });
  const resources: Record<string, unknown> = {
    Layer: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Key: 'layer' } } },
  };
  for (const [index, { runtime, files, options, isLinked }] of Object.values(cases).entries()) {
    const folder = join(root, `code${index}`);
    await writeFiles(folder, files);
    if (isLinked === true) await symlink(folder, `${folder}-link`);
    folders[`Case${index}`] = isLinked === true ? `${folder}-link` : folder;
    const Properties = {
      Runtime: runtime,
      Handler: 'index.handler',
      Timeout: 30,
      Code: { S3Key: `Case${index}` },
      Layers: [{ Ref: 'Layer' }],
      ...(options === undefined ? {} : { Environment: { Variables: { NODE_OPTIONS: options } } }),
    };
    resources[`Case${index}`] = { Type: 'AWS::Lambda::Function', Properties };
  }
  system = await hostResources(resources, folders);
  const { endpoints, region, credentials } = system.state;
  lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
});

afterAll(() => system.close());

test.each(Object.keys(cases))('%s', async (name) => {
  const logicalId = `Case${Object.keys(cases).indexOf(name)}`;
  const command = new InvokeCommand({ FunctionName: `local-${logicalId}` });
  const { Payload } = await lambda.send(command);
  await system.functionHost(logicalId).close();
  const result: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  const errorType = cases[name]?.error;
  const answer = errorType === undefined ? 'yes' : { errorType };
  expect([result]).toMatchObject([answer]);
});
