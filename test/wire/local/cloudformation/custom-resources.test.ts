import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

/** A function that answers as `cfn-response` does: to the host and the path of the URL alone. */
const seedCode = `
  const https = require('node:https');
  const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
  exports.handler = async (event) => {
    const client = new DynamoDBClient({});
    const Item = { id: { S: event.RequestId }, event: { S: JSON.stringify(event) } };
    await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
    const { name, fail } = event.ResourceProperties;
    const answer = {
      Status: fail === 'true' ? 'FAILED' : 'SUCCESS',
      Reason: 'no luck',
      PhysicalResourceId: 'seed-' + name,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      Data: { Greeting: 'Hello ' + name },
      NoEcho: true,
    };
    const { hostname, pathname, search } = new URL(event.ResponseURL);
    const options = { hostname, port: 443, path: pathname + search, method: 'PUT' };
    await new Promise((resolve, reject) => {
      https.request(options, resolve).on('error', reject).end(JSON.stringify(answer));
    });
  };`;

const resources = (code: string, more: object): string =>
  JSON.stringify({
    Resources: {
      Log: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
      Seeder: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: 'role',
          Timeout: 10,
          Environment: { Variables: { TABLE: { Ref: 'Log' } } },
          Code: { ZipFile: code },
        },
      },
      ...more,
    },
  });

const seed = (properties: object): object => ({
  Type: 'Custom::Seed',
  Properties: { ServiceToken: { 'Fn::GetAtt': ['Seeder', 'Arn'] }, ...properties },
});

const reader = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'role',
    Environment: {
      Variables: { GREETING: { 'Fn::Sub': '${Seed.Greeting} of ${Seed}' } },
    },
    Code: { ZipFile: 'exports.handler = async () => process.env.GREETING' },
  },
};

async function events(system: HostedTemplate): Promise<readonly Record<string, unknown>[]> {
  const client = new DynamoDBClient(system.config);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'local-Log' }));
  return Items.map(({ event }) => JSON.parse(event?.S ?? '') as Record<string, unknown>);
}

test('a custom resource is created, updated and deleted, as it changes from start to start', async () => {
  const data = await mkdtemp(join(tmpdir(), 'streambed-'));
  const host = (more: object): Promise<HostedTemplate> =>
    hostText(resources(seedCode, more), { data });
  {
    await using system = await host({
      Seed: seed({ name: 'Ada', count: 3, deep: [true] }),
      reader,
    });
    const [created] = await events(system);
    expect(created).toEqual({
      RequestType: 'Create',
      ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:local-Seeder',
      ResponseURL: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/.+X-Amz-Signature=/u),
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/local/local',
      RequestId: expect.stringMatching(/^[\da-f-]{36}$/u),
      LogicalResourceId: 'Seed',
      ResourceType: 'Custom::Seed',
      ResourceProperties: {
        ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:local-Seeder',
        name: 'Ada',
        count: '3',
        deep: ['true'],
      },
    });
    const lambda = new LambdaClient(system.config);
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'local-reader' }));
    expect(Payload?.transformToString()).toBe('"Hello Ada of seed-Ada"');
  }
  {
    await using system = await host({
      Seed: seed({ name: 'Ada', count: 3, deep: [true] }),
      reader,
    });
    expect(await events(system)).toHaveLength(1);
  }
  {
    await using system = await host({ Seed: seed({ name: 'Bob' }) });
    const later = (await events(system)).filter(({ RequestType }) => RequestType !== 'Create');
    expect(later).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          RequestType: 'Update',
          PhysicalResourceId: 'seed-Ada',
          ResourceProperties: expect.objectContaining({ name: 'Bob' }),
          OldResourceProperties: expect.objectContaining({ name: 'Ada' }),
        }),
        expect.objectContaining({ RequestType: 'Delete', PhysicalResourceId: 'seed-Ada' }),
      ]),
    );
    expect(later).toHaveLength(2);
  }
  await using system = await host({});
  const deleted = (await events(system)).filter(({ RequestType }) => RequestType === 'Delete');
  const deletedIds = new Set(deleted.map(({ PhysicalResourceId }) => PhysicalResourceId));
  expect(deletedIds).toEqual(new Set(['seed-Ada', 'seed-Bob']));
});

test('what fails is left out with what depends on it, and the rest starts', async () => {
  const failing = seed({ name: 'Ada', fail: true });
  const throwing = inline(
    'nodejs24.x',
    `exports.handler = async () => { throw new Error('bad'); }`,
  );
  const silent = inline('nodejs24.x', 'exports.handler = async () => undefined');
  const calling = inline('nodejs24.x', callingCode);
  await using system = await hostText(
    resources(seedCode, {
      Seed: failing,
      reader,
      throwing,
      silent,
      calling,
      Thrown: custom('throwing', {}),
      Silent: custom('silent', { ServiceTimeout: 1 }),
      Calling: custom('calling', {}),
      After: { ...custom('Seeder', { name: 'After' }), DependsOn: 'Seed' },
      Elsewhere: {
        Type: 'AWS::CloudFormation::CustomResource',
        Properties: { ServiceToken: 'arn:aws:lambda:us-east-1:111111111111:function:other' },
      },
      Topic: {
        Type: 'Custom::Topic',
        Properties: { ServiceToken: 'arn:aws:sns:us-east-1:111111111111:topic' },
      },
    }),
  );
  const notices = system.state.notices.join('\n');
  expect(notices).toMatch(
    /^Seed: Received response status \[FAILED\] from custom resource\. Message returned: no luck \(RequestId: .+\)\. It is left out, and with it reader$/mu,
  );
  expect(notices).toContain('Thrown: Its function ended with Error: bad. It is left out');
  expect(notices).toContain(
    'Silent: CloudFormation did not receive a response from your Custom Resource within 1 seconds',
  );
  expect(notices).toContain('After: It depends on Seed');
  expect(notices).toMatch(/^Calling: .*The service iot is not hosted here[^\n]*$/mu);
  expect(notices).toContain(
    'Elsewhere: AWS::CloudFormation::CustomResource does not run: its function arn:aws:lambda:us-east-1:111111111111:function:other is not hosted here',
  );
  expect(notices).toContain(
    'Topic: Custom::Topic does not run: topics that create resources are not hosted here',
  );
  expect(Object.keys(system.state.functions)).toEqual(['Seeder', 'throwing', 'silent', 'calling']);
});

const inline = (runtime: string, code: string): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: runtime,
    Handler: 'index.handler',
    Role: 'role',
    Timeout: 10,
    Code: { ZipFile: code },
  },
});

const custom = (name: string, properties: object): object => ({
  Type: 'Custom::Seed',
  Properties: { ServiceToken: { 'Fn::GetAtt': [name, 'Arn'] }, ...properties },
});

/** A function that calls a service which is not hosted, and reports the error. */
const callingCode = `
  exports.handler = async (event) => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/iot/aws4_request, ' +
        'SignedHeaders=host, Signature=' + '0'.repeat(64),
    };
    const answer = await fetch(process.env.AWS_ENDPOINT_URL, { headers });
    const { message } = await answer.json();
    const { request } = require('node:https');
    const body = JSON.stringify({ ...event, Status: 'FAILED', Reason: message });
    await new Promise((resolve) => {
      request(event.ResponseURL, { method: 'PUT' }, resolve).end(body);
    });
  };`;

test('cfn-response and cfnresponse are beside inline code, and one resource waits for another', async () => {
  const node = inline(
    'nodejs20.x',
    `const response = require('cfn-response');
     exports.handler = (event, context) =>
       response.send(event, context, response.SUCCESS, { Value: event.ResourceProperties.given + '!' }, 'id');`,
  );
  const python = inline(
    'python3.12',
    [
      'import cfnresponse',
      'def handler(event, context):',
      '    value = event["ResourceProperties"]["given"] + "?"',
      '    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Value": value})',
    ].join('\n'),
  );
  const template = JSON.stringify({
    Resources: {
      Last: custom('python', { given: { 'Fn::GetAtt': ['First', 'Value'] } }),
      First: custom('node', { given: 'one' }),
      node,
      python,
    },
    Outputs: { Value: { Value: { 'Fn::GetAtt': 'Last.Value' } }, Id: { Value: { Ref: 'First' } } },
  });
  await using system = await hostText(template);
  expect(system.state.outputs).toEqual({ Value: 'one!?', Id: 'id' });
  expect(system.state.notices).toEqual([]);
});
