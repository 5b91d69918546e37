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

test('Amplify’s backend keeps every rule on a branch, and a sandbox can be deleted', async () => {
  const stackOf = async (type: string): Promise<DeployedTemplate> => {
    const outdir = await mkdtemp(join(tmpdir(), 'streambed-'));
    const context = {
      'amplify-backend-namespace': 'app',
      'amplify-backend-name': 'main',
      'amplify-backend-type': type,
    };
    const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) };
    execFileSync(process.execPath, ['amplify/backend.ts'], { cwd: 'examples/amplify', env });
    return readTemplate(outdir, /streambed\w+\.nested\.template\.json$/u);
  };
  expect(faultsOf(await stackOf('branch'))).toEqual([]);
  const tables = Object.values((await stackOf('sandbox')).Resources).filter(
    ({ Type }) => Type === 'AWS::DynamoDB::Table',
  );
  expect(tables).toEqual([
    expect.objectContaining({
      DeletionPolicy: 'Delete',
      Properties: expect.objectContaining({ DeletionProtectionEnabled: false }) as unknown,
    }),
  ]);
});

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
