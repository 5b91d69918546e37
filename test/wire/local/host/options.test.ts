import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { afterEach, expect, test, vi } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { createShaping } from '#local/lambda/invoke/response-shaping.ts';
import { listen } from '#local/process/listen.ts';
import { hostTemplate } from '#test/fixtures/host-template.ts';

const fixtures = 'test/templates';

afterEach(() => vi.unstubAllEnvs());

test('changed code runs from the next call, and an open stream ends on the old code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await cp(join(fixtures, 'sam-rest-streaming'), folder, { recursive: true });
  await using system = await hostTemplate('', {
    template: join(folder, 'template.yaml'),
    watch: true,
  });
  const { url, apiKeys: [key = ''] = [] } = system.state.apis['Api'] ?? { url: '' };
  const call = (): Promise<Response> =>
    fetch(`${url}/words/a`, { method: 'POST', headers: { 'x-api-key': key } });
  const old = await call();
  const file = join(folder, 'src/words.mjs');
  const source = await readFile(file, 'utf8');
  await writeFile(file, source.replace('event.httpMethod', "'new code'"));
  await expect.poll(() => system.lines).toContain('Words  reloaded');
  expect(await old.text()).toBe('friendly\na\nPOST\n');
  expect(await (await call()).text()).toBe('friendly\na\nnew code\n');
});

test('a streamed response sends six megabytes at once, then two per second', async () => {
  const clock = createManualClock();
  async function* produce(): AsyncGenerator<Buffer, void, undefined> {
    for (let sent = 0; sent < 10; sent += 1) yield Buffer.alloc(1024 * 1024);
  }
  let received = 0;
  const reading = (async () => {
    for await (const chunk of createShaping(clock)(produce(), 'lambda')) received += chunk.length;
  })();
  const megabytes = (): number => received / (1024 * 1024);
  await expect.poll(megabytes).toBe(6);
  for (let tick = 0; tick < 8; tick += 1) await clock.advance(125);
  await expect.poll(megabytes).toBe(8);
  for (let tick = 0; tick < 8; tick += 1) await clock.advance(125);
  await reading;
  expect(megabytes()).toBe(10);
});

test('with --host, its address is served and other host names are refused', async () => {
  const address = Object.values(os.networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  const host = address ?? '127.0.0.1';
  await using system = await hostTemplate('cfn-url/template.yaml', { host });
  const url = system.state.outputs['Url'] ?? '';
  expect(new URL(url).hostname).toBe(host);
  expect((await fetch(url)).status).toBe(200);
  const { port } = new URL(url);
  const status = await new Promise((resolve) => {
    const headers = { host: 'rebound.example.com' };
    http.get({ host, port, headers }, (response) => resolve(response.resume().statusCode));
  });
  expect(status).toBe(403);
});

test('without --host, the ports listen on loopback only', async () => {
  await using system = await hostTemplate('cfn-url/template.yaml');
  const { outputs, endpoints } = system.state;
  for (const url of [outputs['Url'] ?? '', endpoints.aws])
    expect(new URL(url).hostname).toBe('127.0.0.1');
});

test('tables are created in another local DynamoDB and functions use it', async () => {
  const other = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const endpoints = { dynamodb: `http://127.0.0.1:${port}` };
  await using system = await hostTemplate('sam-queue/template.yaml', { endpoints });
  const sqs = new SQSClient(system.config);
  const QueueUrl = system.state.queues['Tasks'];
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'elsewhere' }));
  const dynamo = new DynamoDBClient({ ...system.config, endpoint: endpoints.dynamodb });
  const TableName = system.state.tables['Results'];
  const stored = async (): Promise<unknown> =>
    (await dynamo.send(new ScanCommand({ TableName }))).Items?.map(({ task }) => task?.S);
  await expect.poll(stored).toEqual(['elsewhere']);
  other.close();
});

test('requests to a service in an AWS account are signed with the credentials of the user', async () => {
  const seen: http.IncomingHttpHeaders[] = [];
  const far = http.createServer((request, response) => {
    seen.push(request.headers);
    response
      .setHeader('content-type', 'application/x-amz-json-1.0')
      .end('{"MessageId":"far away"}');
  });
  const port = await listen(far, { port: 0, option: 'none' });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAREAL');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'real');
  // This address reaches this machine, but the host does not recognize it as local.
  const endpoints = { sqs: `http://0.0.0.0:${port}` };
  await using system = await hostTemplate('cfn-stores/template.yaml', { endpoints });
  const sqs = new SQSClient({ ...system.config, md5: false });
  const QueueUrl = system.state.queues['Plain'];
  const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  expect(sent.MessageId).toBe('far away');
  expect(seen[0]?.authorization).toContain('Credential=AKIAREAL/');
  expect(seen[0]?.['x-amz-target']).toBe('AmazonSQS.SendMessage');
  far.close();
});

test('an AWS endpoint without credentials is refused at startup', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  const endpoints = { dynamodb: 'https://dynamodb.us-east-1.amazonaws.com' };
  await expect(hostTemplate('cfn-stores/template.yaml', { endpoints })).rejects.toThrow(
    '--endpoint dynamodb: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
});

test('without python3, a function in Python is reported and everything else starts', async () => {
  vi.stubEnv('PATH', await mkdtemp(join(tmpdir(), 'streambed-')));
  await using system = await hostTemplate('sam-python/template.yaml');
  expect(system.lines).toContain(
    '! Hello: the runtime python3.13 needs python3, which this machine does not have',
  );
  expect((await fetch(system.state.outputs['Url'] ?? '')).status).toBe(500);
});
