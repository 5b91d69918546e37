import { expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemoryTasks } from '#test/doubles/memory-tasks.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { generousLimits } from '#test/fixtures/turns.ts';
import { createMemoryTurnLog } from '#test/doubles/memory-turn-log.ts';
import type { TaskKey } from '#domain/task/task.ts';
import { answerTasks, type TaskApiPorts, type TaskPolicy } from '#api/task/answer-tasks.ts';
import type { HttpRequest } from '#api/http/http.ts';
import { chatPolicy } from '#test/fixtures/chat-policy.ts';

const policy: TaskPolicy = { ...chatPolicy, allowsLoopback: false };

function bench() {
  const sent: TaskKey[] = [];
  const clock = createManualClock(1_000);
  const ports: TaskApiPorts = {
    conversations: createMemoryConversations(),
    log: createMemoryTurnLog(),
    reservations: createMemoryLedger(generousLimits),
    tasks: createMemoryTasks(),
    clock,
    queue: {
      async send(key) {
        sent.push(key);
      },
    },
    secrets: { read: async () => ['whsec_x'], rotate: async () => 'whsec_y' },
  };
  const ask = async (change: Partial<HttpRequest>): Promise<Record<string, unknown>> => {
    const request: HttpRequest = {
      method: 'GET',
      path: '/tasks',
      headers: { 'idempotency-key': 'k' },
      query: {},
      body: '',
      caller: { type: 'user', id: 'ada' },
      ...change,
    };
    const invocation = { requestId: 'r', signal: new AbortController().signal, endsAtMs: 1e12 };
    const { body } = await answerTasks(ports, policy, request, invocation);
    return JSON.parse(typeof body === 'string' ? body : '');
  };
  return { ports, sent, clock, ask };
}

const submitted = { method: 'POST', body: '{"prompt":"Hi"}' };

test('a task whose workers all crashed counts as failed, and the same request starts it again', async () => {
  const { ports, sent, clock, ask } = bench();
  const { task_id: taskId } = await ask(submitted);
  const key = { owner: 'user:ada', taskId: String(taskId) };
  const running = { state: 'running', startedAtMs: clock.now() } as const;
  await ports.tasks.change(key, running, { states: ['queued'] });
  await ask(submitted);
  expect(sent).toHaveLength(1);
  const path = `/tasks/${String(taskId)}`;
  expect(await ask({ path })).toMatchObject({ status: 'running' });
  await clock.advance(3_700_000);
  expect(await ask({ path })).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  await ask(submitted);
  expect(sent).toHaveLength(2);
});

test('a task that may not have been queued is queued again by the same request', async () => {
  const { sent, ask } = bench();
  await ask(submitted);
  await ask(submitted);
  expect(sent).toHaveLength(2);
  expect(new Set(sent.map(({ taskId }) => taskId)).size).toBe(1);
});
