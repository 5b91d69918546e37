import { spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetFunctionUrlConfigCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { AwsClient } from 'aws4fetch';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { synthesize } from '#test/templates/cdk-stages/app.ts';

test('CloudFormation: inline code, parameters and conditions work', async () => {
  await using system = await hostTemplate('cfn-url/template.yaml', {
    parameters: { Greeting: 'Hi' },
  });
  const { Url: url = '', ...others } = system.state.outputs;
  expect(others).toEqual({});
  expect(await (await fetch(`${url}?name=Ada`)).json()).toEqual({
    greeting: 'Hi, Ada',
    BLOCKS: '10.0.0.0/24|10.0.1.0/24',
    PARTS: 'b',
    method: 'GET',
  });
  const cloudFormation = new CloudFormationClient(system.config);
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({}));
  expect(Stacks?.[0]).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Outputs: [{ OutputKey: 'Url', OutputValue: url }],
    Parameters: [
      { ParameterKey: 'Greeting', ParameterValue: 'Hi' },
      { ParameterKey: 'WithSecond', ParameterValue: 'false' },
    ],
  });
});

test('CloudFormation: resources with a true condition exist, and CORS allows its origin only', async () => {
  await using system = await hostTemplate('cfn-url/template.yaml', {
    parameters: { WithSecond: 'true' },
  });
  const { SecondUrl: second = '', Url: url = '' } = system.state.outputs;
  expect((await fetch(second)).status).toBe(403);
  const signer = new AwsClient({
    ...system.state.credentials,
    region: 'us-east-1',
    service: 'lambda',
  });
  expect(await (await signer.fetch(second)).json()).toEqual({ second: true });
  const from = (origin: string): Promise<Response> => fetch(url, { headers: { origin } });
  expect((await from('https://app.example.com')).headers.get('access-control-allow-origin')).toBe(
    'https://app.example.com',
  );
  expect((await from('https://evil.example.com')).status).toBe(403);
});

test('SAM: TypeScript built by esbuild streams a model through a signed URL', async () => {
  await using system = await hostTemplate('sam-streaming-url/template.yaml');
  const signer = new AwsClient({
    ...system.state.credentials,
    region: 'us-east-1',
    service: 'lambda',
  });
  const response = await signer.fetch(system.state.outputs['ChatUrl'] ?? '', {
    method: 'POST',
    body: 'Say hello in Japanese',
  });
  expect(response.headers.get('x-source')).toBe('own');
  expect((await response.text()).length).toBeGreaterThan(20);
  const lambda = new LambdaClient(system.config);
  const { Functions } = await lambda.send(new ListFunctionsCommand({}));
  expect(Functions).toMatchObject([{ FunctionName: 'local-Chat', MemorySize: 256, Timeout: 30 }]);
  const url = await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: 'local-Chat' }));
  expect(url).toMatchObject({
    AuthType: 'AWS_IAM',
    InvokeMode: 'RESPONSE_STREAM',
    FunctionUrl: system.state.outputs['ChatUrl'],
  });
});

test('import and require find layers and the AWS SDK', async () => {
  await using system = await hostTemplate('sam-layer/template.yaml');
  const { Esm: esm = '', Cjs: cjs = '' } = system.state.outputs;
  expect(await (await fetch(esm)).json()).toEqual({
    text: 'Hello from a layer, modules',
    Account: '000000000000',
  });
  expect(await (await fetch(cjs)).json()).toEqual({
    text: 'Hello from a layer, require',
    sdk: 'function',
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython)(
  'Python functions answer through an API, log in JSON and report errors',
  async () => {
    await using system = await hostTemplate('sam-python/template.yaml');
    const url = system.state.outputs['Url'] ?? '';
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ hello: 'こんにちは', left: true });
    expect((await fetch(`${url}?why`)).status).toBe(502);
    const logs = new CloudWatchLogsClient(system.config);
    const read = new FilterLogEventsCommand({
      logGroupName: '/aws/lambda/local-Hello',
      filterPattern: 'asked',
    });
    const { events = [] } = await logs.send(read);
    expect(JSON.parse(events[0]?.message ?? '')).toMatchObject({
      level: 'INFO',
      message: 'asked by Prod',
    });
    expect(system.lines.join('\n')).toContain('ValueError: no questions');
  },
);

test('a custom runtime streams through the Runtime API', async () => {
  await using system = await hostTemplate('provided/template.yaml');
  const response = await fetch(`${system.state.outputs['Url']}?x=1`);
  expect(response.status).toBe(201);
  expect(response.headers.get('x-handler')).toBe('say.hello');
  expect(await response.text()).toBe('said x=1');
});

test('a nested stack, a loop and a mapping: one function calls another by an output', async () => {
  await using system = await hostTemplate('cfn-nested/template.yaml', {
    parameters: { Name: 'you' },
  });
  expect(await (await fetch(system.state.outputs['Url'] ?? '')).json()).toEqual({
    inner: { WHICH: 'Greeter', TEXT: 'Hello you!', COUNT: '2', json: { a: 'you!' } },
    topic: 'arn:aws:sns:us-east-1:000000000000:local-Topic',
  });
  expect(Object.keys(system.state.functions)).toEqual(['Proxy', 'Greeter', 'Other']);
  expect(system.lines.filter((line) => line.includes('is not hosted here'))).toEqual([]);
});

test('a nested stack gets the URLs of its parent as parameters', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const child = `
Parameters: { FunctionUrl: { Type: String }, ApiUrl: { Type: String } }
Outputs: { FunctionUrl: { Value: !Ref FunctionUrl }, ApiUrl: { Value: !Ref ApiUrl } }
Resources: { Queue: { Type: AWS::SQS::Queue } }
`;
  await writeFile(join(folder, 'child.yaml'), child);
  const parent = `
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs24.x, Handler: index.handler, Code: { ZipFile: 'exports.handler = async () => 1' } }
  FUrl: { Type: AWS::Lambda::Url, Properties: { AuthType: NONE, TargetFunctionArn: !Ref F } }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP, Target: !GetAtt F.Arn } }
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: { FunctionUrl: !GetAtt FUrl.FunctionUrl, ApiUrl: !GetAtt Api.ApiEndpoint }
Outputs:
  FunctionUrl: { Value: !GetAtt Child.Outputs.FunctionUrl }
  ApiUrl: { Value: !GetAtt Child.Outputs.ApiUrl }
`;
  await writeFile(join(folder, 'template.yaml'), parent);
  await using system = await hostTemplate('', { template: folder });
  const { functions, apis, outputs } = system.state;
  expect(outputs).toEqual({ FunctionUrl: functions['F']?.url, ApiUrl: apis['Api']?.url });
  expect(outputs['FunctionUrl']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/u);
});

test('CDK: stages, exports, nested stacks and a global table are hosted', async () => {
  const outdir = synthesize(await mkdtemp(join(tmpdir(), 'streambed-')));
  await using system = await hostTemplate('', { template: outdir });
  const response = await fetch(system.state.outputs['ReaderUrl'] ?? '');
  const { TableName, Items } = (await response.json()) as Record<string, unknown>;
  expect(Items).toEqual([{ id: 'one', kind: 'note' }]);
  expect(Object.values(system.state.tables)).toEqual([TableName]);
});
