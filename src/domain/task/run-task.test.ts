import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { createMemoryTasks } from '#test/doubles/memory-tasks.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { runTask, type TaskDelivery, type TaskPorts } from '#domain/task/run-task.ts';
import { taskConversation, type Task, type TaskKey } from '#domain/task/task.ts';
import {
  createPacedModel,
  memoryPorts,
  turnRequest,
  type MemoryPorts,
} from '#test/fixtures/turns.ts';

const key: TaskKey = { owner: 'ada', taskId: 'task-1' };

const task: Task = {
  ...key,
  state: 'queued',
  request: '{}',
  fingerprint: 'f',
  createdAtMs: 1_000,
  expiresAtMs: 1e12,
  callback: { url: 'https://example.net/', state: 'waiting', attempts: 0 },
};

interface TaskContext extends MemoryPorts, TaskPorts {
  readonly sent: TaskKey[];
  readonly clock: MemoryPorts['clock'];
}

async function begin(model: Model): Promise<TaskContext> {
  const sent: TaskKey[] = [];
  const tasks = createMemoryTasks();
  await tasks.submit(task);
  const callbacks = {
    async send({ owner, taskId }: TaskKey) {
      sent.push({ owner, taskId });
    },
  };
  return { ...memoryPorts(model), tasks, callbacks, sent };
}

test('a task that is deleted before its worker begins is never begun', async () => {
  const context = await begin(createMemoryModel(saying('Hi')));
  let reads = 0;
  const tasks: TaskPorts['tasks'] = {
    ...context.tasks,
    find: async (which) => ((reads += 1) === 1 ? context.tasks.find(which) : undefined),
    change: async () => undefined,
  };
  expect(await runTask({ ...context, tasks }, { retrySeconds: [] }, delivery())).toEqual({
    type: 'done',
  });
  expect(await context.conversations.find(taskConversation(key))).toBeUndefined();
});

let turns = 0;

function delivery(change: Partial<TaskDelivery> = {}): TaskDelivery {
  return {
    key,
    count: 1,
    jitter: 0,
    toTurn: (_, attempt) =>
      turnRequest({
        turnId: `t${(turns += 1)}`,
        conversation: { ...taskConversation(key), mode: 'either', expiresAtMs: 1e12 },
        input: { type: 'edit', question: userMessage('Hi'), parentId: null },
        // A later attempt has a later deadline.
        endsAtMs: attempt * 61_000 * attempt,
        idempotency: { key: `attempt-${attempt}`, fingerprint: 'f' },
      }),
    ...change,
  };
}

/** A queue that delivers a task at most twice. */
const policy = { retrySeconds: [30] };
const lastDelivery = delivery({ count: 2 });

const answerOf = async ({ conversations }: TaskContext): Promise<string> => {
  const { items } = await conversations.turns(taskConversation(key), { limit: 1 });
  return items[0] === undefined ? '' : messageText(items[0].answer);
};

test('a task that is delivered five times calls its model once and sends one callback', async () => {
  const model = createMemoryModel(saying('Hello'));
  const bench = await begin(model);
  for (let count = 0; count < 5; count += 1) {
    expect(await runTask(bench, policy, delivery())).toEqual({ type: 'done' });
  }
  expect(model.requests).toHaveLength(1);
  expect(await bench.tasks.find(key)).toMatchObject({
    state: 'succeeded',
    callback: { state: 'pending' },
  });
  expect(await answerOf(bench)).toBe('Hello');
});

test('a callback that may not have been queued is queued again', async () => {
  const bench = await begin(createMemoryModel(saying('Hello')));
  const lost = { send: () => Promise.reject(new Error('lost')) };
  await expect(runTask({ ...bench, callbacks: lost }, policy, delivery())).rejects.toThrow('lost');
  expect(await runTask(bench, policy, delivery())).toEqual({ type: 'done' });
  expect(bench.sent).toEqual([key]);
});

test('a task whose worker crashed starts again after its lease, not before', async () => {
  const bench = await begin(createPacedModel());
  const first = runTask(bench, policy, delivery());
  await expect.poll(() => bench.conversations.find(taskConversation(key))).toBeDefined();
  const model = createMemoryModel(saying('Hello'));
  const second = runTask({ ...bench, model }, policy, delivery());
  await bench.clock.advance(70_000);
  expect(model.requests).toEqual([]);
  let haveEnded = false;
  const both = Promise.all([first, second]).finally(() => {
    haveEnded = true;
  });
  await expect
    .poll(() => bench.clock.advance(1_000).then(() => haveEnded), { interval: 1 })
    .toBe(true);
  // The first worker was only slow. It gets the end that the second one stored.
  expect(await both).toEqual([{ type: 'done' }, { type: 'done' }]);
  expect(model.requests).toHaveLength(1);
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
  expect(model.requests[0]?.messages).toEqual([userMessage('Hi')]);
});

test('a throttled task is delivered again later, and fails at the last delivery', async () => {
  const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds: 7 });
  const bench = await begin(createMemoryModel([busy]));
  expect(await runTask(bench, policy, delivery())).toEqual({ type: 'retry', afterSeconds: 30 });
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'running' });
  expect(await runTask(bench, policy, lastDelivery)).toMatchObject({ type: 'retry' });
  const failed = await bench.tasks.find(key);
  expect(failed).toMatchObject({
    state: 'failed',
    error: { code: 'throttled', isRetryable: true },
  });
  // From the dead-letter queue it can be sent back, and starts with the first delay again.
  expect(await runTask(bench, policy, delivery())).toEqual({ type: 'retry', afterSeconds: 30 });
  const waiting = await bench.tasks.find(key);
  expect(waiting).toMatchObject({ state: 'running' });
  expect(waiting?.error).toBeUndefined();
  expect(waiting?.finishedAtMs).toBeUndefined();
  const model = createMemoryModel(saying('Hello'));
  expect(await runTask({ ...bench, model }, policy, delivery())).toEqual({ type: 'done' });
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
});

test('throttled tasks are delivered again after growing delays, and not all at once', async () => {
  const retrySeconds = [30, 60, 120];
  const pauses = async (retryAfterSeconds: number, jitter: number): Promise<readonly object[]> => {
    const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds });
    const bench = await begin(createMemoryModel([busy]));
    const outcomes: object[] = [];
    for (const count of [1, 2, 3]) {
      outcomes.push(await runTask(bench, { retrySeconds }, delivery({ count, jitter })));
    }
    return outcomes;
  };
  const after = (...seconds: readonly number[]): readonly object[] =>
    seconds.map((afterSeconds) => ({ type: 'retry', afterSeconds }));
  expect(await pauses(5, 0)).toEqual(after(30, 60, 120));
  expect(await pauses(5, 1)).toEqual(after(36, 72, 144));
  // A longer wait that the model requests is respected.
  expect(await pauses(90, 0)).toEqual(after(90, 90, 120));
});

test('a late delivery of a failed task does not start it again', async () => {
  const busy = new ChatError('throttled', 'Busy');
  const bench = await begin(createMemoryModel([busy]));
  expect(await runTask(bench, policy, lastDelivery)).toMatchObject({ type: 'retry' });
  const model = createMemoryModel(saying('Hello'));
  const late = { ...bench, model };
  for (const count of [2, 3]) {
    expect(await runTask(late, policy, delivery({ count }))).toEqual({ type: 'done' });
  }
  expect(model.requests).toEqual([]);
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'failed' });
  // If the task is sent back or requested again, its delivery count starts from 1.
  expect(await runTask(late, policy, delivery())).toEqual({ type: 'done' });
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
});

test('a task that fails in the middle of its answer is not retried, and keeps the partial answer', async () => {
  const broken = [...saying('Half').slice(0, 2), new ChatError('model_error', 'Broke off')];
  const model = createMemoryModel(broken);
  const bench = await begin(model);
  for (let count = 0; count < 3; count += 1) await runTask(bench, policy, delivery());
  expect(model.requests).toHaveLength(1);
  expect(await bench.tasks.find(key)).toMatchObject({
    state: 'failed',
    error: { code: 'model_error', message: 'Broke off' },
  });
  expect(await answerOf(bench)).toBe('Half');
});

test('a message for an unknown task is dropped', async () => {
  const bench = await begin(createMemoryModel(saying('Hello')));
  const forged = delivery({ key: { owner: 'eve', taskId: 'task-1' } });
  expect(await runTask(bench, policy, forged)).toEqual({ type: 'done' });
});

test('an interrupted attempt does not block the next one', async () => {
  const bench = await begin(createPacedModel());
  const first = runTask(bench, policy, delivery());
  await expect.poll(() => bench.conversations.find(taskConversation(key))).toBeDefined();
  let haveEnded = false;
  const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds: 7 });
  const second = runTask({ ...bench, model: createMemoryModel([busy]) }, policy, delivery());
  const both = Promise.all([first, second]).finally(() => {
    haveEnded = true;
  });
  await expect
    .poll(() => bench.clock.advance(1_000).then(() => haveEnded), { interval: 1 })
    .toBe(true);
  expect((await both)[1]).toEqual({ type: 'retry', afterSeconds: 30 });
  const model = createMemoryModel(saying('Hello'));
  expect(await runTask({ ...bench, model }, policy, delivery())).toEqual({ type: 'done' });
  expect(model.requests).toHaveLength(1);
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
});

test('a task that succeeds after retries has no error, and sends one callback', async () => {
  const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds: 7 });
  const bench = await begin(createMemoryModel([busy]));
  await runTask(bench, policy, lastDelivery);
  const model = createMemoryModel(saying('Hello'));
  for (let count = 0; count < 3; count += 1) await runTask({ ...bench, model }, policy, delivery());
  const stored = await bench.tasks.find(key);
  expect(stored).toMatchObject({ state: 'succeeded', callback: { state: 'pending', attempts: 0 } });
  expect(stored).not.toHaveProperty('error');
  const ends = new Set([stored?.finishedAtMs]);
  await runTask({ ...bench, model }, policy, delivery());
  ends.add((await bench.tasks.find(key))?.finishedAtMs);
  expect(ends.size).toBe(1);
  expect(model.requests).toHaveLength(1);
});

test('an invalid task fails at once, an unexpected error only at the last delivery', async () => {
  const bench = await begin(createMemoryModel(saying('Hello')));
  const refused = (code: 'invalid_request' | 'internal', count: number): TaskDelivery =>
    delivery({
      count,
      toTurn() {
        throw new ChatError(code, 'model: must be one of a, b');
      },
    });
  expect(await runTask(bench, policy, refused('internal', 1))).toMatchObject({ type: 'retry' });
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'running' });
  expect(await runTask(bench, policy, refused('internal', 2))).toMatchObject({ type: 'retry' });
  expect(await bench.tasks.find(key)).toMatchObject({
    state: 'failed',
    error: { isRetryable: true },
  });
  expect(await runTask(bench, policy, refused('invalid_request', 1))).toEqual({ type: 'done' });
  const stored = await bench.tasks.find(key);
  expect(stored).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } });
  expect(stored?.error).not.toHaveProperty('isRetryable');
});
