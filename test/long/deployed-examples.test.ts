import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploymentRules } from '#infra/rules/deployment-rules.ts';
import type { DeployedTemplate } from '#infra/rules/deployed-template.ts';
import { hashServerlessSources, serverlessSnapshot } from '#test/fixtures/deployed-templates.ts';
import { deployedAnswers, runExample } from '#test/fixtures/example.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

/*
 * The examples whose tools are too large for `npm ci` of the root. The commands of their READMEs
 * install the tools, make the templates, host them and call them.
 */

let system: StreambedSystem;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

test.each(['serverless', 'amplify'])(
  'examples/%s: the commands of its README work',
  async (name) => {
    const { texts } = await runExample(name, system);
    expect(texts.filter((text) => text !== '')).toEqual(
      deployedAnswers.map((pattern) => expect.stringMatching(pattern) as unknown),
    );
  },
);

test('the Serverless Framework makes the template that the other tests check', async () => {
  const template = readTemplate('examples/serverless/.serverless', /update-stack\.json$/u);
  expect(faultsOf(template)).toEqual([]);
  await expect(snapshotOf(template)).toMatchFileSnapshot(join('../..', serverlessSnapshot));
});

test('Amplify’s backend keeps every rule on a branch, and only invited people can sign in', async () => {
  const folder = await synthesizeBackend('branch');
  const Resources = Object.assign(
    {},
    ...['auth', 'streambed'].map((name) => nested(folder, name).Resources),
  );
  expect(faultsOf({ Resources })).toEqual([]);
  const pools = Object.values(nested(folder, 'auth').Resources).filter(
    ({ Type }) => Type === 'AWS::Cognito::UserPool',
  );
  expect(pools.map(({ Properties }) => Properties?.['AdminCreateUserConfig'])).toEqual([
    { AllowAdminCreateUserOnly: true },
  ]);
});

test('the types of Amplify’s backend are right', () => {
  const tsc = ['node_modules/typescript/bin/tsc', '--project', 'examples/amplify'];
  expect(execFileSync(process.execPath, tsc, { encoding: 'utf8' })).toBe('');
});

test('a sandbox of Amplify can be deleted', async () => {
  const { Resources } = nested(await synthesizeBackend('sandbox'), 'streambed');
  const tables = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  expect(
    tables.map(({ DeletionPolicy, Properties }) => [
      DeletionPolicy,
      Properties?.['DeletionProtectionEnabled'],
    ]),
  ).toEqual([['Delete', false]]);
});

/** Makes a backend as Amplify does, and returns the folder with its stacks. */
async function synthesizeBackend(type: 'branch' | 'sandbox'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const context = {
    'amplify-backend-namespace': 'app',
    'amplify-backend-name': 'main',
    'amplify-backend-type': type,
  };
  const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) };
  execFileSync(process.execPath, ['amplify/backend.ts'], { cwd: 'examples/amplify', env });
  return folder;
}

function nested(folder: string, name: string): DeployedTemplate {
  return readTemplate(folder, new RegExp(`${name}\\w{8}\\.nested\\.template\\.json$`, 'u'));
}

function readTemplate(folder: string, name: RegExp): DeployedTemplate {
  const file = readdirSync(folder).find((each) => name.test(each)) ?? '';
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as DeployedTemplate;
}

function faultsOf(template: DeployedTemplate): readonly string[] {
  return Object.values(deploymentRules).flatMap((rule) => rule(template));
}

/** One line for each resource. What changes with the time of packaging is replaced. */
function snapshotOf({ Resources }: DeployedTemplate): string {
  const lines = Object.entries(Resources).map(
    ([id, resource]) => `${JSON.stringify(id)}: ${JSON.stringify(resource)}`,
  );
  const stable = lines
    .join(',\n')
    .replaceAll(/ApiGatewayDeployment\d+/gu, 'ApiGatewayDeployment')
    .replaceAll(/\/\d+-[\d-]+T[\d:.]+Z\//gu, '/TIME/');
  const hash = JSON.stringify(hashServerlessSources());
  return `{"hashOfSources": ${hash}, "Resources": {\n${stable}\n}}\n`;
}
