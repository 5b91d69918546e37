import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  const url = { InvokeMode: 'BUFFERED', AuthType: 'AWS_IAM' };
  system = await hostResources({
    ...functionWithUrl('Signed', { handler: 'echo', url }),
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
  });
});

afterAll(() => system.close());

const clientWith = (change: object): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: system.state.endpoints.aws,
    region: 'us-east-1',
    credentials: { ...system.state.credentials, ...change },
  });

test('the tables of a template are there for the SDK', async () => {
  const { TableNames } = await clientWith({}).send(new ListTablesCommand());
  expect(TableNames).toEqual(['local-Table']);
});

test('a type that is not hosted is named once', () => {
  expect(system.lines).toContain('! AWS::SNS::Topic is not hosted here');
});

test('a wrong secret and a wrong key are refused as AWS does', async () => {
  const list = new ListTablesCommand();
  await expect(clientWith({ secretAccessKey: 'wrong' }).send(list)).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  await expect(clientWith({ accessKeyId: 'AKIAWRONG' }).send(list)).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

test('a signed call of a Function URL reaches it, with paths and queries that need encoding', async () => {
  const client = new AwsClient({
    ...system.state.credentials,
    service: 'lambda',
    region: 'us-east-1',
  });
  const url = `${system.state.functions['Signed']?.url}a%20b/ü?q=x%2Fy&e=&a=1&a1=2&a-b=3`;
  const answer = await client.fetch(url, { method: 'POST', body: 'ハイ' });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/local' } } },
  });
});

test('a body that was changed after signing is refused', async () => {
  const client = new AwsClient({
    ...system.state.credentials,
    service: 'lambda',
    region: 'us-east-1',
  });
  const url = system.state.functions['Signed']?.url ?? '';
  const signed = await client.sign(url, { method: 'POST', body: 'a' });
  const answer = await fetch(url, { method: 'POST', body: 'b', headers: signed.headers });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException');
});

test('a name that is not loopback is refused, so that no web page gets in by its own name', async () => {
  const status = await new Promise((resolve, reject) => {
    const session = http2.connect(system.state.endpoints.aws);
    session.once('error', reject);
    const stream = session.request({ ':method': 'POST', ':authority': 'evil.example' });
    stream.once('response', (headers) => {
      session.close();
      resolve(headers[':status']);
    });
    stream.end('{}');
  });
  expect(status).toBe(403);
});

test('a connection whose first byte could begin either protocol waits for the next', async () => {
  const { port } = new URL(system.state.endpoints.aws);
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.write('P');
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write('OST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n');
  const [answer] = await once(socket, 'data');
  socket.destroy();
  expect(String(answer)).toContain('HTTP/1.1 404');
});

test('a service that is not here is an unknown operation', async () => {
  const answer = await fetch(system.state.endpoints.aws, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(404);
});
