import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { AwsClient } from 'aws4fetch';
import { expect, test } from 'vitest';
import { hostTemplate, hostText } from '#test/fixtures/host-template.ts';
import { hostWebFunctions, webFunction } from '#test/fixtures/web-functions.ts';
import { defineShares, defineSite } from '#test/templates/cdk-web-functions/stacks.ts';

const code = resolve('test/fixtures/web-app');

/** The hash of no body. */
const noBody = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Synthesizes a stack. Returns the path of its template. */
async function synthesize(define: (stack: Stack) => void): Promise<string> {
  const outdir = await mkdtemp(join(tmpdir(), 'streambed-cdk-'));
  const app = new App({
    outdir,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  define(new Stack(app, 'Web'));
  app.synth();
  return join(outdir, 'Web.template.json');
}

test('the construct of CDK runs, with the code that its custom resource would copy', async () => {
  const template = await synthesize((stack) => defineSite(stack, code));
  await using system = await hostTemplate('', { template });
  const { outputs, webFunctions = {}, credentials, region, notices } = system.state;
  const [endpoint] = Object.values(webFunctions);
  expect(endpoint).toMatchObject({ endpointName: 'prod', authType: 'IamAuth' });
  expect(outputs['Url']).toBe(endpoint?.url);
  const client = new AwsClient({ ...credentials, service: 'lambda', region, retries: 0 });
  const headers = { 'x-amz-content-sha256': noBody };
  const response = await client.fetch(`${endpoint?.url}environment`, { headers });
  expect(await response.json()).toMatchObject({ STAGE: 'cdk' });
  expect(notices.filter((notice) => /WebFunction|S3ObjectCopy/u.test(notice))).toEqual([]);
});

test('two revisions share the requests of an endpoint by their weights', async () => {
  const template = await synthesize(defineShares);
  await symlink(code, join(template, '../web-app'));
  await using system = await hostTemplate('', { template });
  const url = system.state.webFunctions?.['Endpoint']?.url;
  const names: unknown[] = [];
  for (let call = 0; call < 20; call += 1) {
    const variables: unknown = await (await fetch(`${url}environment`)).json();
    names.push((variables as { NAME: string }).NAME);
  }
  expect(names.filter((name) => name === 'new')).toHaveLength(5);
});

test('code that is only in a bucket is named, and the rest starts', async () => {
  await using system = await hostText(JSON.stringify({ Resources: webFunction('Remote') }));
  expect(system.state.webFunctions).toBeUndefined();
  expect(system.state.notices.join('\n')).toContain(
    'RemoteRevision.BuildConfig.CodeConfig.S3Object: web-app is in an S3 bucket',
  );
});

const service = (more: object): object => ({ service: more });
const endpoint = (more: object): object => ({ endpoint: more });

test.each([
  [service({ EgressNetworkConnectorArn: 'arn' }), 'Egress', 'networks are not hosted here'],
  [
    service({ MemorySize: 1 }),
    'MemorySize',
    'is not a property of AWS::Lambda::WebFunctionRevision',
  ],
  [service({ TimeoutSeconds: 901 }), 'TimeoutSeconds', 'a whole number from 3 to 900, not 901'],
  [service({ MaxConcurrencyPerEnvironment: 0 }), 'MaxConcurrency', 'from 1 to 128, not 0'],
  [service({ EnvironmentVariables: { AWS_LAMBDA_X: '1' } }), 'AWS_LAMBDA_X', 'is reserved'],
  [service({ EnvironmentVariables: { A: 'x'.repeat(33_000) } }), 'Variables', '32768 bytes'],
  [endpoint({ Regions: ['eu-west-1'] }), 'Regions', 'there is only one Region here'],
  [endpoint({ EndpointType: 'MultiRegion' }), 'EndpointType', 'MultiRegion is not hosted here'],
  [endpoint({ AuthType: 'NONE' }), 'AuthType', 'must be IamAuth or ApplicationManaged'],
  [endpoint({ ScalingConfig: { MaxEnvironments: 1 } }), 'MaxEnvironments', 'from 2 to 10000'],
  [endpoint({ ThrottleConfig: { RateLimit: 150 } }), 'RateLimit', 'a multiple of 100'],
  [endpoint({ RevisionWeights: [] }), 'RevisionWeights', 'add up to 100'],
  [endpoint({ FunctionName: 'other' }), 'FunctionName', 'there is no web function other'],
])('%o is refused by name', async (options, name, problem) => {
  const refused = hostWebFunctions(webFunction('App', options));
  await expect(refused).rejects.toThrow(new RegExp(`^App(?:Revision|Endpoint)\\..*${name}`, 'u'));
  await expect(refused).rejects.toThrow(problem);
});

test('a runtime that web functions do not have is refused', async () => {
  const text = JSON.stringify({ Resources: webFunction('App') }).replace(
    'nodejs24.x',
    'python3.14',
  );
  await expect(hostText(text)).rejects.toThrow(
    'AppRevision.BuildConfig.RuntimeConfig.Runtime: web functions run on nodejs22.x and nodejs24.x, not on python3.14',
  );
});
