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

interface Bench extends MemoryPorts, TaskPorts {
  readonly told: TaskKey[];
  readonly clock: MemoryPorts['clock'];
}

async function begin(model: Model): Promise<Bench> {
  const told: TaskKey[] = [];
  const tasks = createMemoryTasks();
  await tasks.submit(task);
  const callbacks = {
    async send({ owner, taskId }: TaskKey) {
      told.push({ owner, taskId });
    },
  };
  return { ...memoryPorts(model), tasks, callbacks, told };
}

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
        // A later attempt has a time of its own.
        endsAtMs: attempt * 61_000 * attempt,
        idempotency: { key: `attempt-${attempt}`, fingerprint: 'f' },
      }),
    ...change,
  };
}

/** The queue delivers a task twice. */
const policy = { retrySeconds: [30] };
const lastDelivery = delivery({ count: 2 });

const answerOf = async ({ conversations }: Bench): Promise<string> => {
  const { items } = await conversations.turns(taskConversation(key), { limit: 1 });
  return items[0] === undefined ? '' : messageText(items[0].answer);
};

test('a task that is delivered five times asks its model once and tells its end', async () => {
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

test('a callback that may not have got into its queue is put there again', async () => {
  const bench = await begin(createMemoryModel(saying('Hello')));
  const lost = { send: () => Promise.reject(new Error('lost')) };
  await expect(runTask({ ...bench, callbacks: lost }, policy, delivery())).rejects.toThrow('lost');
  expect(await runTask(bench, policy, delivery())).toEqual({ type: 'done' });
  expect(bench.told).toEqual([key]);
});

test('a task whose worker died is begun anew, after its lease and not before', async () => {
  const bench = await begin(createPacedModel());
  const first = runTask(bench, policy, delivery());
  await expect.poll(() => bench.conversations.find(taskConversation(key))).toBeDefined();
  const model = createMemoryModel(saying('Hello'));
  const second = runTask({ ...bench, model }, policy, delivery());
  await bench.clock.advance(70_000);
  expect(model.requests).toEqual([]);
  let isOver = false;
  const both = Promise.all([first, second]).finally(() => {
    isOver = true;
  });
  await expect
    .poll(() => bench.clock.advance(1_000).then(() => isOver), { interval: 1 })
    .toBe(true);
  // The first one lives, and was only late: it hears what whoever took the task over did.
  expect(await both).toEqual([{ type: 'done' }, { type: 'done' }]);
  expect(model.requests).toHaveLength(1);
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
  expect(model.requests[0]?.messages).toEqual([userMessage('Hi')]);
});

test('a busy model is asked again later, and at the last delivery the task fails', async () => {
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
  // It is a dead letter now; sent back, it has another chance, and waits as if for the first time.
  expect(await runTask(bench, policy, delivery())).toEqual({ type: 'retry', afterSeconds: 30 });
  const waiting = await bench.tasks.find(key);
  expect(waiting).toMatchObject({ state: 'running' });
  expect(waiting?.error).toBeUndefined();
  expect(waiting?.finishedAtMs).toBeUndefined();
  const model = createMemoryModel(saying('Hello'));
  expect(await runTask({ ...bench, model }, policy, delivery())).toEqual({ type: 'done' });
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
});

test('tasks that met the same busy model come back later each time, and not together', async () => {
  const retrySeconds = [30, 60, 120];
  const pauses = async (retryAfterSeconds: number, jitter: number): Promise<readonly object[]> => {
    const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds });
    const bench = await begin(createMemoryModel([busy]));
    const told: object[] = [];
    for (const count of [1, 2, 3]) {
      told.push(await runTask(bench, { retrySeconds }, delivery({ count, jitter })));
    }
    return told;
  };
  const after = (...seconds: readonly number[]): readonly object[] =>
    seconds.map((afterSeconds) => ({ type: 'retry', afterSeconds }));
  expect(await pauses(5, 0)).toEqual(after(30, 60, 120));
  expect(await pauses(5, 1)).toEqual(after(36, 72, 144));
  // A limit that says when it is free again is taken at its word.
  expect(await pauses(90, 0)).toEqual(after(90, 90, 120));
});

test('what is still on its way of a task that failed does not begin it anew', async () => {
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
  // Whoever sends it back, or asks for it again, has it delivered for the first time.
  expect(await runTask(late, policy, delivery())).toEqual({ type: 'done' });
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
});

test('what failed amid the answer is not paid for again, and keeps what was said', async () => {
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

test('a task that nobody knows is dropped', async () => {
  const bench = await begin(createMemoryModel(saying('Hello')));
  const forged = delivery({ key: { owner: 'eve', taskId: 'task-1' } });
  expect(await runTask(bench, policy, forged)).toEqual({ type: 'done' });
});

test('an attempt that was interrupted does not stand in the way of the next one', async () => {
  const bench = await begin(createPacedModel());
  const first = runTask(bench, policy, delivery());
  await expect.poll(() => bench.conversations.find(taskConversation(key))).toBeDefined();
  let isOver = false;
  const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds: 7 });
  const second = runTask({ ...bench, model: createMemoryModel([busy]) }, policy, delivery());
  const both = Promise.all([first, second]).finally(() => {
    isOver = true;
  });
  await expect
    .poll(() => bench.clock.advance(1_000).then(() => isOver), { interval: 1 })
    .toBe(true);
  expect((await both)[1]).toEqual({ type: 'retry', afterSeconds: 30 });
  const model = createMemoryModel(saying('Hello'));
  expect(await runTask({ ...bench, model }, policy, delivery())).toEqual({ type: 'done' });
  expect(model.requests).toHaveLength(1);
  expect(await bench.tasks.find(key)).toMatchObject({ state: 'succeeded' });
});

test('what succeeds in the end has no error left, and is told once', async () => {
  const busy = new ChatError('throttled', 'Busy', { retryAfterSeconds: 7 });
  const bench = await begin(createMemoryModel([busy]));
  await runTask(bench, policy, lastDelivery);
  const model = createMemoryModel(saying('Hello'));
  for (let count = 0; count < 3; count += 1) await runTask({ ...bench, model }, policy, delivery());
  const kept = await bench.tasks.find(key);
  expect(kept).toMatchObject({ state: 'succeeded', callback: { state: 'pending', attempts: 0 } });
  expect(kept).not.toHaveProperty('error');
  const ends = new Set([kept?.finishedAtMs]);
  await runTask({ ...bench, model }, policy, delivery());
  ends.add((await bench.tasks.find(key))?.finishedAtMs);
  expect(ends.size).toBe(1);
  expect(model.requests).toHaveLength(1);
});

test('what no worker can begin fails at once, and what none could at the last delivery', async () => {
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
  const kept = await bench.tasks.find(key);
  expect(kept).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } });
  expect(kept?.error).not.toHaveProperty('isRetryable');
});
