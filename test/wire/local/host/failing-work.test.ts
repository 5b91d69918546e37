import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AwsClient } from 'aws4fetch';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { brokenPaths, startBrokenServer, type BrokenServer } from '#test/fixtures/broken-server.ts';
import { failingMachines, machineInput } from '#test/fixtures/failing-machines.ts';
import { failures, writeFailingSystem } from '#test/fixtures/failing-system.ts';
import { startLocalProcess, type LocalProcess } from '#test/fixtures/local-process.ts';
import { resetHttp2Stream, rudeBytes, sendRudely } from '#test/fixtures/rude-clients.ts';

/*
 * Every service gets work that fails. The host is a process of its own: an error that nothing
 * handles ends it, and then it no longer answers.
 */

let server: BrokenServer;
let host: LocalProcess;
let lambda: LambdaClient;
let sqs: SQSClient;

beforeAll(async () => {
  server = await startBrokenServer();
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const soon = new Date(Date.now() + 15_000).toISOString().slice(0, 19);
  const parameters = ['--parameter', `Server=${server.url}`, '--parameter', `At=at(${soon})`];
  host = await startLocalProcess(await writeFailingSystem(), folder, ...parameters);
  lambda = new LambdaClient(host.config);
  sqs = new SQSClient(host.config);
  await sqs.send(new DeleteQueueCommand({ QueueUrl: host.state.queues['Gone'] }));
});

afterEach(async () => {
  expect(await invoke('Healthy', {})).toBe('"well"');
});

afterAll(async () => {
  await host.kill('SIGTERM');
  await server[Symbol.asyncDispose]();
});

/** Returns the payload of a function's result or error. */
async function invoke(name: string, event: object): Promise<string> {
  const input = { FunctionName: `local-${name}`, Payload: JSON.stringify(event) };
  const { Payload } = await lambda.send(new InvokeCommand(input));
  return Buffer.from(Payload ?? []).toString('utf8');
}

async function invokeStreaming(name: string, event: object): Promise<string> {
  const input = { FunctionName: `local-${name}`, Payload: JSON.stringify(event) };
  const { EventStream } = await lambda.send(new InvokeWithResponseStreamCommand(input));
  for await (const { InvokeComplete } of EventStream ?? []) {
    if (InvokeComplete !== undefined) return JSON.stringify(InvokeComplete);
  }
  return '';
}

/** How often a function has finished an invocation. */
function countReports(name: string): number {
  return host.lines.filter((line) => line.startsWith(`${name}  REPORT`)).length;
}

const started = ['Missing', 'NoBootstrap', 'BadBootstrap'];
const events = failures.map((how) => ({ how: `fail-${how}` }));

test.each(events)('an invocation: $how', async (event) => {
  expect(await invoke('Failing', event)).toBeTypeOf('string');
  expect(await invokeStreaming('Streaming', event)).toContain('{');
});

test.each(started)('a function that cannot start: %s', async (name) => {
  expect(await invoke(name, {})).toContain('errorType');
  expect(await invoke(name, {})).toContain('errorType');
});

test('asynchronous invocations, messages, files and schedules', async () => {
  const before = countReports('Failing');
  for (const event of events) {
    const Payload = JSON.stringify(event);
    const how = { FunctionName: 'local-Failing', InvocationType: 'Event', Payload } as const;
    await lambda.send(new InvokeCommand(how));
    await sqs.send(
      new SendMessageCommand({ QueueUrl: host.state.queues['Work'], MessageBody: Payload }),
    );
    const s3 = new S3Client({ ...host.config, forcePathStyle: true });
    const { Files: Bucket = '' } = host.state.buckets;
    await s3.send(new PutObjectCommand({ Bucket, Key: event.how, Body: 'x' }));
  }
  const deleted = new DeleteQueueCommand({ QueueUrl: host.state.queues['Polled'] });
  await sqs.send(deleted);
  await expect
    .poll(() => countReports('Failing') - before, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(3 * events.length);
  // The rule starts its last target although the others fail.
  await expect.poll(() => countReports('Last'), { timeout: 30_000 }).toBe(1);
});

test('requests to URLs and APIs', async () => {
  const { functions, apis } = host.state;
  const bases = [
    functions['Failing']?.url,
    functions['Streaming']?.url,
    ...['function/', 'stream/', 'guarded/'].map((path) => `${apis['Rest']?.url}/${path}`),
    `${apis['Http']?.url}/function/`,
  ];
  const urls = [
    ...bases.flatMap((base) => events.map(({ how }) => `${base}${how}`)),
    ...brokenPaths.map((path) => `${apis['Rest']?.url}/server/${path}`),
    ...brokenPaths.map((path) => `${apis['Http']?.url}/server/${path}`),
    `${apis['Rest']?.url}/mock/x`,
  ];
  const outcomes = await inGroups(urls, async (url) => {
    const response = await fetch(url, { headers: { authorization: url } });
    await response.text();
    return response.status;
  });
  expect(outcomes).toHaveLength(urls.length);
});

/** Runs work for all items, a few at a time. A cut connection counts as an outcome. */
async function inGroups<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const outcomes: unknown[] = [];
  for (let start = 0; start < items.length; start += 6) {
    const group = items.slice(start, start + 6).map((item) => run(item).catch(String));
    outcomes.push(...(await Promise.all(group)));
  }
  return outcomes;
}

test.each(Object.keys(failingMachines))('an execution: %s', async (name) => {
  const sfn = new SFNClient(host.config);
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: host.state.stateMachines[name],
      input: JSON.stringify(machineInput),
    }),
  );
  const describe = (): Promise<string | undefined> =>
    sfn.send(new DescribeExecutionCommand({ executionArn })).then(({ status }) => status);
  await expect.poll(describe, { timeout: 60_000 }).toBe('FAILED');
});

const services = ['bedrock', 'cognito-idp', 'dynamodb', 'lambda', 'logs', 'monitoring', 's3'];
const otherServices = ['cloudformation', 'sqs', 'ssm', 'secretsmanager', 'states', 'sts'];
const targets = ['AWSStepFunctions.StartExecution', 'AmazonSQS.SendMessage', 'DynamoDB_20120810.'];
const bodies = [
  'null',
  '[null]',
  '{',
  '{"TableName":null,"Key":{"id":null}}',
  '\u0000',
  '['.repeat(50_000),
];

test.each([...services, ...otherServices])('malformed requests to %s', async (service) => {
  const { region, credentials } = host.config;
  const client = new AwsClient({ ...credentials, service, region, retries: 0 });
  const paths = ['/', '/model/x/converse', '/2015-03-31/functions/x/invocations', '/%00?a=%'];
  const operations = [...targets, 'DynamoDB_20120810.PutItem', 'Logs_20140328.GetLogEvents'];
  const requests = paths.flatMap((path) =>
    bodies.flatMap((body) => operations.map((target) => ({ path, body, target }))),
  );
  const outcomes = await inGroups(requests, async ({ path, body, target }) => {
    const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' };
    const url = `${host.config.endpoint}${path}`;
    const response = await client.fetch(url, { method: 'POST', headers, body });
    await response.text();
    return response.status;
  });
  expect(outcomes).toHaveLength(requests.length);
});

test('clients that leave in the middle', async () => {
  const { functions, apis, signIn } = host.state;
  const { endpoint, credentials, region } = host.config;
  const ports = [
    endpoint,
    signIn?.issuer,
    apis['Rest']?.url,
    apis['Http']?.url,
    functions['Failing']?.url,
    functions['Endless']?.url,
  ].map(String);
  for (const port of ports) for (const bytes of rudeBytes) await sendRudely(port, bytes);
  const get = 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';
  await sendRudely(String(functions['Endless']?.url), get, 50_000);
  const client = new AwsClient({ ...credentials, region, service: 'lambda' });
  const path = '/2021-11-15/functions/local-Endless/response-streaming-invocations';
  const signed = await client.sign(`${endpoint}${path}`, { method: 'POST', body: '{}' });
  await resetHttp2Stream(
    endpoint,
    { ':method': 'POST', ':path': path, ...Object.fromEntries(signed.headers) },
    '{}',
  );
  const text = { role: 'user', content: [{ text: 'Write a long story.' }] };
  const body = JSON.stringify({ messages: [text] });
  await resetHttp2Stream(
    endpoint,
    {
      ':method': 'POST',
      ':path': '/model/amazon.nova-lite-v1:0/converse-stream',
      authorization: `Bearer ${host.state.bedrock.apiKeys[0]}`,
    },
    body,
  );
  await expect.poll(() => countReports('Endless'), { timeout: 30_000 }).toBeGreaterThan(1);
});
