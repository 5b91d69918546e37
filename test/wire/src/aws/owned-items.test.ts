import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import type { Task, Tasks } from '#domain/task/task.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

let store: HostedStore;
let tasks: Tasks;

beforeAll(async () => {
  store = await hostStore();
  tasks = createDynamoTasks(store.table);
});
afterAll(() => store.system.close());

function task(taskId: string, createdAtMs: number, owner = 'ada'): Task {
  const request = '{"prompt":"Hi"}';
  return {
    owner,
    taskId,
    createdAtMs,
    state: 'queued',
    request,
    fingerprint: 'f',
    expiresAtMs: 1e12,
  };
}

async function idsOf(owner: string, limit: number, cursor?: string) {
  const page = await tasks.list(owner, { limit, ...(cursor === undefined ? {} : { cursor }) });
  return { ids: page.items.map(({ taskId }) => taskId), cursor: page.cursor };
}

test('tasks are listed newest first, page by page, however their ids sort', async () => {
  for (const [id, atMs] of [
    ['z', 1],
    ['a', 2],
    ['m', 3],
    ['b', 3],
  ] as const) {
    await tasks.submit(task(id, atMs));
  }
  await tasks.submit(task('x', 9, 'grace'));
  const first = await idsOf('ada', 2);
  expect(first.ids).toEqual(['m', 'b']);
  const second = await idsOf('ada', 2, first.cursor);
  expect(second).toEqual({ ids: ['a', 'z'], cursor: undefined });
  // A cursor has no owner in it.
  expect((await idsOf('grace', 5, '10.x')).ids).toEqual(['x']);
  await expect(idsOf('ada', 2, 'nonsense')).rejects.toMatchObject({ code: 'invalid_request' });
});

test('a task that has changed since it was read is not removed', async () => {
  const before = await tasks.submit(task('changed', 4));
  await tasks.change(before, { state: 'running', startedAtMs: 5 }, { states: ['queued'] });
  expect(await tasks.remove(before)).toBe(false);
  const latest = await tasks.find(before);
  expect(latest === undefined ? undefined : await tasks.remove(latest)).toBe(true);
  expect(await tasks.find(before)).toBeUndefined();
  // Its response may have been lost.
  expect(await tasks.remove(before)).toBe(true);
});
