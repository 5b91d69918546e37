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
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: {} },
  });
});

afterAll(() => system.close());

const clientWith = (change: object): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: system.state.endpoints.aws,
    region: 'us-east-1',
    credentials: { ...system.state.credentials, ...change },
  });

test('the SDK lists the tables that the template declares', async () => {
  const { TableNames } = await clientWith({}).send(new ListTablesCommand());
  expect(TableNames).toEqual(['local-Table']);
});

test('a resource type that is not hosted is reported once', () => {
  expect(system.lines).toContain(
    '! AWS::Kinesis::Stream is not hosted here. Calls go elsewhere with --endpoint kinesis=URL',
  );
});

test('a wrong secret and an unknown access key get the errors of AWS', async () => {
  const list = new ListTablesCommand();
  await expect(clientWith({ secretAccessKey: 'wrong' }).send(list)).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  await expect(clientWith({ accessKeyId: 'AKIAWRONG' }).send(list)).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

test('a signed request reaches a Function URL when its path and query need encoding', async () => {
  const client = new AwsClient({
    ...system.state.credentials,
    service: 'lambda',
    region: 'us-east-1',
  });
  const url = `${system.state.functions['Signed']?.url}a%20b/ü?q=x%2Fy&e=&a=1&a1=2&a-b=3`;
  const response = await client.fetch(url, { method: 'POST', body: 'ハイ' });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/local' } } },
  });
});

test('a request whose body changed after signing is refused with 403', async () => {
  const client = new AwsClient({
    ...system.state.credentials,
    service: 'lambda',
    region: 'us-east-1',
  });
  const url = system.state.functions['Signed']?.url ?? '';
  const signed = await client.sign(url, { method: 'POST', body: 'a' });
  const response = await fetch(url, { method: 'POST', body: 'b', headers: signed.headers });
  expect(response.status).toBe(403);
  expect(response.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException');
});

test('a request for a host name other than loopback is refused with 403', async () => {
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

test('protocol detection waits for more bytes when the first byte is ambiguous', async () => {
  const { port } = new URL(system.state.endpoints.aws);
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.write('P');
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write('OST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n');
  const [response] = await once(socket, 'data');
  socket.destroy();
  expect(String(response)).toContain('HTTP/1.1 404');
});

const json = 'application/x-amz-json-1.1';
const form = 'application/x-www-form-urlencoded';

test.each([
  ['kinesis', '/', json, 'kinesis'],
  ['elasticmapreduce', '/', json, 'emr'],
  ['autoscaling', '/', form, 'autoscaling'],
  ['es', '/2021-01-01/domain', 'application/json', 'opensearch'],
])('the error for %s, which is not hosted, names the option', async (service, path, type, id) => {
  const { credentials, endpoints } = system.state;
  const client = new AwsClient({ ...credentials, service, region: 'us-east-1', retries: 0 });
  const init = { method: 'POST', headers: { 'content-type': type }, body: 'Action=X' };
  const response = await client.fetch(`${endpoints.aws}${path}`, init);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain(
    `The service ${service} is not hosted here. --endpoint ${id}=URL sends its requests elsewhere.`,
  );
});

test('a request without an operation of a hosted service returns 404', async () => {
  const response = await fetch(system.state.endpoints.aws, { method: 'POST', body: '{}' });
  expect(response.status).toBe(404);
});
