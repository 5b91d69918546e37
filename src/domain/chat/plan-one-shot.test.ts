import { expect, test } from 'vitest';
import { planOneShot, type OneShotRequest } from '#domain/chat/plan-one-shot.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import { ChatError } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';
import { textModel, wholeText } from '#domain/chat/text-model.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { leaseGraceMs } from '#domain/turn/abandoned.ts';
import { ids } from '#api/http/ids.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { eventsOf, memoryPorts, textOf, usage, type MemoryPorts } from '#test/fixtures/turns.ts';

/** Runs a one-shot request of Ada's, with its deadline 60 s after the start of `memoryPorts`. */
function run(
  ports: MemoryPorts,
  model: Model,
  change: Partial<OneShotRequest> = {},
): AsyncGenerator<TurnEvent, void, undefined> {
  const turn = planOneShot(
    { ...ports, ids },
    {
      owner: 'ada',
      api: 'invoke',
      idempotencyKey: 'k1',
      identity: ['Hi'],
      modelId: 'm',
      messages: [userMessage('Hi')],
      maxTokens: 400,
      signal: new AbortController().signal,
      endsAtMs: 61_000,
      ...change,
    },
  );
  return runTurn({ ...ports, model }, turn);
}

const hello = (): ReturnType<typeof createMemoryModel> => createMemoryModel(saying('Hello'));

test('a repeated request gets the same answer without another call', async () => {
  const [first, second] = [hello(), hello()];
  const ports = memoryPorts(first);
  expect(textOf(await eventsOf(run(ports, first)))).toBe('Hello');
  expect(textOf(await eventsOf(run(ports, second)))).toBe('Hello');
  expect(second.requests).toEqual([]);
  await expect(eventsOf(run(ports, second, { identity: ['Bye'] }))).rejects.toMatchObject({
    code: 'idempotency_mismatch',
  });
});

test('each API, owner and key has answers of its own, and without a key nothing is stored', async () => {
  const model = hello();
  const ports = memoryPorts(model);
  const changes = [{}, { api: 'other' }, { owner: 'bob' }, { idempotencyKey: 'k2' }];
  for (const change of changes) await eventsOf(run(ports, model, change));
  for (const _ of [1, 2]) await eventsOf(run(ports, model, { idempotencyKey: undefined }));
  expect(model.requests).toHaveLength(changes.length + 2);
});

test('a repeated request after a crash gets the interrupted answer, and calls no model', async () => {
  const ports = memoryPorts(hello());
  // The process of this turn is gone after the first word, which the log has.
  const crashed = run(ports, createMemoryModel(saying('Hel', 'lo')));
  for (const _ of [1, 2, 3]) await crashed.next();
  await ports.clock.advance(1_500);
  const model = hello();
  await ports.clock.advance(61_000 + leaseGraceMs);
  const repeated = eventsOf(run(ports, model));
  const passTime = (): Promise<boolean> => ports.clock.advance(1_000).then(() => false);
  const isOver = (): Promise<boolean> => Promise.race([repeated.then(() => true), passTime()]);
  await expect.poll(isOver, { interval: 1 }).toBe(true);
  const events = await repeated;
  expect(textOf(events)).toBe('Hel');
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    error: { message: 'The answer was interrupted.' },
  });
  expect(model.requests).toEqual([]);
});

test.each(['a b', 'k'.repeat(256), '', 'é'])('the key %j is malformed', (idempotencyKey) => {
  const ports = memoryPorts(hello());
  expect(() => run(ports, hello(), { idempotencyKey })).toThrow('Idempotency-Key: must be');
});

interface Outcome {
  readonly tokens: number;
  /** How often the model is called by the request and its repetition. */
  readonly calls: number;
}

async function outcomeOf(ask: () => Promise<{ body: string; usage?: Usage }>): Promise<Outcome> {
  let calls = 0;
  const model = textModel(() => {
    calls += 1;
    return wholeText(ask);
  });
  const ports = memoryPorts(model);
  for (const _ of [1, 2]) await eventsOf(run(ports, model));
  const [today] = await ports.ledger.days('ada', 1);
  return { tokens: today?.tokens ?? 0, calls };
}

const failWith = (failure: ChatError) => (): Promise<never> => Promise.reject(failure);

const socketTimeout = Object.assign(new Error('Socket timed out'), { name: 'TimeoutError' });

test('a whole answer costs what it used', async () => {
  const answer = { body: '{}', usage };
  expect(await outcomeOf(async () => answer)).toEqual({ tokens: 15, calls: 1 });
});

test.each([
  new ChatError('throttled', 'Busy'),
  new ChatError('invalid_request', 'No'),
  new ChatError('model_unavailable', 'Away'),
])('a rejected call costs nothing and may be repeated: %s', async (failure) => {
  expect(await outcomeOf(failWith(failure))).toEqual({ tokens: 0, calls: 2 });
});

test.each([
  new ChatError('model_unavailable', 'No answer', { cause: socketTimeout }),
  new ChatError('model_error', 'The connection was lost'),
  new ChatError('timed_out', 'The time was up'),
])('a call whose end is unknown costs the maximum and is not repeated: %s', async (failure) => {
  // The question takes 9 tokens, the answer at most 400.
  expect(await outcomeOf(failWith(failure))).toEqual({ tokens: 409, calls: 1 });
});
