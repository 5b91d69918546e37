import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { realClock } from '#local/process/clock.ts';
import { changedTemplate, type PropertiesOf } from '#test/fixtures/changed-template.ts';
import { startCallbackServer, type CallbackServer } from '#test/fixtures/callback-server.ts';
import { Queues } from '#test/fixtures/queues.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls, setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;
let server: CallbackServer;
let queues: Queues;

beforeAll(async () => {
  server = await startCallbackServer();
  const template = await changedTemplate(shortenRetries);
  const parameters = { LoopbackCallbacks: 'true' };
  system = await startSystem({ template, parameters, clock: realClock });
  queues = new Queues(system);
});
afterAll(async () => {
  await system.close();
  server.close();
});
beforeEach(() => setScenario(system, {}));

/** Delivers tasks at most twice and callbacks at most three times, one second apart. */
function shortenRetries(propertiesOf: PropertiesOf): void {
  propertiesOf('Tasks').RedrivePolicy.maxReceiveCount = 2;
  propertiesOf('TaskWorkerFunction').Environment.Variables['RETRY_SECONDS'] = '1';
  const sender = propertiesOf('CallbackWorkerFunction');
  sender.Environment.Variables['RETRY_SECONDS'] = '1,1';
  propertiesOf('Callbacks').RedrivePolicy.maxReceiveCount = 12;
}

interface TaskJson {
  readonly task_id: string;
  readonly status: string;
  readonly result?: { readonly response: string; readonly usage: object; readonly model: string };
  readonly error?: { readonly code: string; readonly detail: string };
  readonly callback?: { readonly status: string; readonly attempts: number };
  readonly progress?: { readonly characters: number };
}

async function submit(body: object, headers: Record<string, string> = {}): Promise<TaskJson> {
  const answer = await system.api('/tasks', post(body, { headers }));
  expect(answer.status).toBe(202);
  return (await answer.json()) as TaskJson;
}

async function readTask(id: string): Promise<TaskJson> {
  return (await (await system.api(`/tasks/${id}`)).json()) as TaskJson;
}

async function waitForTask(id: string): Promise<TaskJson> {
  const isDone = async (): Promise<boolean> =>
    ['succeeded', 'failed'].includes((await readTask(id)).status);
  await expect.poll(isDone, pollOptions).toBe(true);
  return readTask(id);
}

const pollOptions = { timeout: 30_000, interval: 200 };

/** Waits until a queue has this many messages. */
async function waitForMessages(name: string, messages: number): Promise<void> {
  await expect.poll(() => queues.messagesIn(name), pollOptions).toBe(messages);
}

test('a task is queued, run and stored with its answer', async () => {
  const { task_id: id, status } = await submit({ prompt: 'Tell me about rivers' });
  expect(status).toBe('queued');
  expect(await waitForTask(id)).toEqual({
    task_id: id,
    status: 'succeeded',
    created_at: expect.any(String),
    started_at: expect.any(String),
    finished_at: expect.any(String),
    result: {
      response: expect.stringContaining('rivers'),
      stop_reason: 'end_turn',
      model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      usage: expect.objectContaining({ output_tokens: expect.any(Number) }),
      cost_usd: expect.any(Number),
    },
  });
  const { conversations } = (await (await system.api('/conversations')).json()) as {
    conversations: unknown[];
  };
  expect(conversations).toEqual([]);
});

test('a running task reports its progress', async () => {
  await setScenario(system, {
    stream: [{ text: 'Once upon a time' }, { stall: '1800ms' }, { text: '.' }],
  });
  const { task_id: id } = await submit({ prompt: 'A story' });
  const progress = async (): Promise<number> => (await readTask(id)).progress?.characters ?? 0;
  await expect.poll(progress, pollOptions).toBeGreaterThan(5);
  expect(await readTask(id)).toMatchObject({ status: 'running' });
  expect((await waitForTask(id)).result?.response).toBe('Once upon a time.');
});

test('a task delivered five times makes one model call and one callback', async () => {
  const before = await countPaidCalls(system);
  const requestsBefore = server.requests.length;
  await setScenario(system, {
    stream: [{ text: 'Slow' }, { stall: '300ms' }, { text: ' answer' }],
  });
  const { task_id: id } = await submit({ prompt: 'Deliver me', callback_url: server.url });
  // SQS may deliver the same message more than once.
  const MessageBody = JSON.stringify({ owner: await ownerOf(id), task_id: id });
  const again = { QueueUrl: queues.url('Tasks'), MessageBody };
  for (let count = 0; count < 2; count += 1)
    await queues.client.send(new SendMessageCommand(again));
  await waitForTask(id);
  for (let count = 0; count < 2; count += 1)
    await queues.client.send(new SendMessageCommand(again));
  const isDelivered = async (): Promise<unknown> => (await readTask(id)).callback?.status;
  await expect.poll(isDelivered, pollOptions).toBe('delivered');
  await waitForMessages('Tasks', 0);
  await waitForMessages('Callbacks', 0);
  expect((await countPaidCalls(system)) - before).toBe(1);
  expect(server.requests.length - requestsBefore).toBe(1);
  expect((await readTask(id)).result?.response).toBe('Slow answer');
});

test('a callback is retried after errors, signed and with the same id each time', async () => {
  const requestsBefore = server.requests.length;
  server.answerWith(500, 503);
  const { task_id: id } = await submit({ prompt: 'Call me', callback_url: server.url });
  const delivered = async (): Promise<unknown> => (await readTask(id)).callback;
  await expect
    .poll(delivered, pollOptions)
    .toEqual({ url: server.url, status: 'delivered', attempts: 3 });
  const requests = server.requests.slice(requestsBefore);
  expect(requests).toHaveLength(3);
  const { secret } = (await (await system.api('/callback-secret')).json()) as { secret: string };
  const webhook = new Webhook(secret);
  for (const { headers, body } of requests) {
    expect(webhook.verify(body, { ...headers })).toMatchObject({
      type: 'task.succeeded',
      data: { task_id: id, status: 'succeeded', result: { response: expect.any(String) } },
    });
  }
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('after a rotation, callbacks are signed with both the old and the new secret', async () => {
  const secretOf = async (init?: RequestInit): Promise<string> => {
    const answer = await system.api('/callback-secret', init);
    return ((await answer.json()) as { secret: string }).secret;
  };
  const old = await secretOf();
  const current = await secretOf({ method: 'POST' });
  expect(await secretOf()).toBe(current);
  expect(current).not.toBe(old);
  const requestsBefore = server.requests.length;
  await submit({ prompt: 'Call me', callback_url: server.url });
  await expect.poll(() => server.requests.length, pollOptions).toBe(requestsBefore + 1);
  const { headers, body } = server.requests[requestsBefore] ?? { headers: {}, body: '' };
  for (const secret of [old, current]) new Webhook(secret).verify(body, { ...headers });
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
});

test('a failed task goes to the dead-letter queue, and succeeds after a redrive', async () => {
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const { task_id: id } = await submit({ prompt: 'Not now' });
  const failed = await waitForTask(id);
  expect(failed).toMatchObject({ status: 'failed', error: { detail: expect.any(String) } });
  await waitForMessages('DeadTasks', 1);
  await setScenario(system, {});
  await queues.redrive('DeadTasks');
  const status = async (): Promise<string> => (await readTask(id)).status;
  await expect.poll(status, pollOptions).toBe('succeeded');
});

test('a failed callback goes to the dead-letter queue, and is delivered after a redrive', async () => {
  server.answerWith(500, 502, 503);
  const { task_id: id } = await submit({ prompt: 'Call me later', callback_url: server.url });
  await waitForMessages('DeadCallbacks', 1);
  expect(await readTask(id)).toMatchObject({
    status: 'succeeded',
    callback: { status: 'failed', attempts: 3, problem: expect.stringContaining('503') },
  });
  const requestsBefore = server.requests.length;
  await queues.redrive('DeadCallbacks');
  const callback = async (): Promise<unknown> => (await readTask(id)).callback;
  const delivered = { url: server.url, status: 'delivered', attempts: 1 };
  await expect.poll(callback, pollOptions).toEqual(delivered);
  await waitForMessages('Callbacks', 0);
  const ids = server.requests.slice(requestsBefore - 3).map(({ headers }) => headers['webhook-id']);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(1);
  await waitForMessages('DeadCallbacks', 0);
});

test('messages that are malformed or name an unknown task are dropped', async () => {
  const bodies = ['hello', '{}', '[]', '{"owner":"key:x","task_id":"unknown"}', '{"owner":1}'];
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await queues.client.send(new SendMessageBatchCommand({ QueueUrl: queues.url('Tasks'), Entries }));
  await waitForMessages('Tasks', 0);
  expect(await queues.messagesIn('DeadTasks')).toBe(0);
});

test('a repeated request returns the same task, and a different one with its key is rejected', async () => {
  const headers = { 'idempotency-key': 'task-key-1' };
  const first = await submit({ prompt: 'Once' }, headers);
  await waitForTask(first.task_id);
  expect(await submit({ prompt: 'Once' }, headers)).toMatchObject({ task_id: first.task_id });
  const other = await system.api('/tasks', post({ prompt: 'Twice' }, { headers }));
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: 'idempotency_mismatch' });
});

test.each([
  [{}, 'prompt: is required'],
  [{ prompt: ' ' }, 'prompt: must not be blank'],
  [{ prompt: 1 }, 'prompt: must be a string'],
  [{ prompt: 'Hi', model: 'gpt-4' }, 'model: must be one of'],
  [{ prompt: 'Hi', inference: { max_tokens: 1e6 } }, 'inference.max_tokens: must be at most'],
  [{ prompt: 'Hi', format: 'text' }, 'format: is not a field of this request'],
  [{ prompt: 'Hi', cache: true }, 'cache: is not a field of this request'],
  [{ prompt: 'Hi', message: 'Hi' }, 'message: is not a field of this request'],
  [{ prompt: 'Hi', inference: { stop_sequences: ['x'.repeat(201)] } }, 'at most 200 characters'],
  [{ prompt: 'Hi', callback_url: 5 }, 'callback_url: must be a string'],
  [{ prompt: 'Hi', callback_url: 'http://example.net/' }, 'callback_url: must begin with https://'],
  [{ prompt: 'Hi', callback_url: 'https://169.254.169.254/' }, 'callback_url: must have a name'],
])('%j is rejected with an error that names the field', async (body, detail) => {
  const answer = await system.api('/tasks', post(body));
  expect(answer.status).toBe(400);
  const problem = (await answer.json()) as { detail: string };
  expect(problem.detail).toContain(detail);
});

test('a request that is too large to store is rejected', async () => {
  const body = `{"prompt":"Hi"${' '.repeat(500_000)}}`;
  const answer = await system.api('/tasks', { method: 'POST', body });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ code: 'too_large' });
});

test('a repeated request runs a task again that failed with a transient error', async () => {
  const headers = { 'idempotency-key': 'task-key-2' };
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const { task_id: id } = await submit({ prompt: 'Busy' }, headers);
  expect(await waitForTask(id)).toMatchObject({ status: 'failed', error: { code: 'throttled' } });
  await setScenario(system, {});
  expect(await submit({ prompt: 'Busy' }, headers)).toMatchObject({ task_id: id });
  const status = async (): Promise<string> => (await readTask(id)).status;
  await expect.poll(status, pollOptions).toBe('succeeded');
});

test('an unknown task is a 404, and a request without a key is a 401', async () => {
  for (const path of ['/tasks/unknown', '/tasks/01990000-0000-7000-8000-000000000000']) {
    expect((await system.api(path)).status).toBe(404);
  }
  const url = `${system.state.apis['Api']?.url}/tasks`;
  expect((await fetch(url, post({ prompt: 'Hi' }))).status).toBe(401);
});

/** Returns the owner of a task, as queue messages name them. */
async function ownerOf(id: string): Promise<string> {
  const { endpoints, region, credentials, tables } = system.state;
  const dynamo = new DynamoDBClient({ endpoint: endpoints.aws, region, credentials });
  const { Items = [] } = await dynamo.send(
    new ScanCommand({
      TableName: tables['Conversations'],
      FilterExpression: 'sk = :sk',
      ExpressionAttributeValues: { ':sk': { S: `TASK#${id}` } },
    }),
  );
  return decodeURIComponent(Items[0]?.['pk']?.S ?? '').replace('OWNER#', '');
}
