import { expect, test } from 'vitest';
import { withBreaker } from '#domain/model/breaker.ts';
import { ChatError } from '#domain/errors.ts';
import { staysWithin, withFallbacks } from '#domain/model/fallbacks.ts';
import { saying } from '#test/doubles/memory-model.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';
import { withRetry } from '#domain/model/retry.ts';
import { markOutput } from '#domain/model/output-mark.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { createManualClock, createVirtualClock } from '#local/process/clock.ts';

const request: ModelRequest = { owner: 'ada', modelId: 'first', messages: [], inference: {} };

const busy = new ChatError('throttled', 'Busy.', { isTransient: true });
const refused = new ChatError('invalid_request', 'No.');
const gone = new ChatError('model_unavailable', 'Gone.');

async function* emit(
  events: readonly StreamEvent[],
  failure: ChatError | undefined,
): AsyncGenerator<StreamEvent> {
  yield* events;
  if (failure !== undefined) throw failure;
}

/** A model that fails once for each failure, each time after the events before. */
function failing(
  failures: readonly ChatError[],
  before: readonly StreamEvent[] = [],
): Model & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  return {
    asked,
    stream({ modelId }) {
      const failure = failures[asked.length];
      asked.push(modelId);
      return markOutput(emit(failure === undefined ? saying('Hello') : before, failure));
    },
  };
}

const { signal } = new AbortController();
const read = (model: Model, modelId = 'first'): Promise<StreamEvent[]> =>
  Array.fromAsync(model.stream({ ...request, modelId }, signal));
const half = (): number => 0.5;

test('a failure that may pass is tried again twice, after waits that grow', async () => {
  const clock = createVirtualClock(0);
  const model = failing([busy, busy]);
  const events = await read(withRetry(model, { clock, random: half }));
  expect(events).toContainEqual({ type: 'text-delta', index: 0, text: 'Hello' });
  expect(model.asked).toHaveLength(3);
  expect(clock.now()).toBe(200 + 400);
  const down = failing([busy, busy, busy]);
  await expect(read(withRetry(down, { clock, random: half }))).rejects.toBe(busy);
  expect(down.asked).toHaveLength(3);
});

test.each([
  ['one that says no', failing([refused])],
  ['one that is gone', failing([gone])],
  ['one that has spoken', failing([busy], saying('Hel').slice(0, 2))],
])('%s is not asked again', async (_, model) => {
  const retrying = withRetry(model, { clock: createVirtualClock(0), random: half });
  await expect(read(retrying)).rejects.toBeInstanceOf(ChatError);
  expect(model.asked).toHaveLength(1);
});

test('when nearly everything fails, nearly nothing is tried again', async () => {
  const model = failing(Array.from({ length: 500 }, () => busy));
  const retrying = withRetry(model, { clock: createVirtualClock(0), random: half });
  for (let call = 0; call < 100; call += 1) await expect(read(retrying)).rejects.toBe(busy);
  expect(model.asked.length).toBeLessThanOrEqual(100 + 10 + 3);
});

test('a model that fails five times is left alone, and then tried once', async () => {
  const clock = createManualClock(0);
  const model = failing(Array.from({ length: 6 }, () => gone));
  const guarded = withBreaker(model, clock);
  for (let call = 0; call < 5; call += 1) await expect(read(guarded)).rejects.toBe(gone);
  await expect(read(guarded)).rejects.toMatchObject({
    code: 'model_unavailable',
    retryAfterSeconds: 5,
  });
  expect(model.asked).toHaveLength(5);
  expect(await read(withBreaker(failing([]), clock), 'second')).toHaveLength(5);
  await clock.advance(5_000);
  await expect(read(guarded)).rejects.toBe(gone);
  await clock.advance(9_999);
  await expect(read(guarded)).rejects.toMatchObject({ retryAfterSeconds: 1 });
  expect(model.asked).toHaveLength(6);
  await clock.advance(1);
  expect(await read(guarded)).toHaveLength(5);
  expect(await read(guarded)).toHaveLength(5);
});

test('nothing is known of a model whose reader did not wait for it', async () => {
  const clock = createManualClock(0);
  const stopped = new AbortController();
  const asked: string[] = [];
  const model: Model = {
    stream(given, reader) {
      asked.push(given.modelId);
      const stop = new ChatError('internal', 'The turn was stopped.');
      return failing([reader.aborted ? stop : gone]).stream(given, reader);
    },
  };
  const guarded = withBreaker(model, clock);
  for (let call = 0; call < 5; call += 1) await expect(read(guarded)).rejects.toBe(gone);
  await clock.advance(5_000);
  stopped.abort();
  const probe = Array.fromAsync(guarded.stream(request, stopped.signal));
  await expect(probe).rejects.toMatchObject({ code: 'internal' });
  await expect(read(guarded)).rejects.toBe(gone);
  await expect(read(guarded)).rejects.toMatchObject({ retryAfterSeconds: 10 });
  expect(asked).toHaveLength(7);
});

test('a model that refuses requests is not down', async () => {
  const model = failing(Array.from({ length: 9 }, () => refused));
  const guarded = withBreaker(model, createManualClock(0));
  for (let call = 0; call < 9; call += 1) await expect(read(guarded)).rejects.toBe(refused);
  expect(model.asked).toHaveLength(9);
});

test('more than half of twenty calls in ten seconds are enough', async () => {
  const clock = createManualClock(0);
  let calls = 0;
  const model: Model = {
    async *stream() {
      calls += 1;
      if (calls % 3 > 0) throw gone;
      yield* saying('Hello');
    },
  };
  const guarded = withBreaker(model, clock);
  for (let call = 0; call < 40; call += 1) await read(guarded).catch(() => undefined);
  expect(calls).toBe(20);
});

test('another model answers in the place of one that is not there, and is named', async () => {
  const chains = { first: ['second', 'third'] };
  const model = failing([gone, busy]);
  const [start] = await read(withFallbacks(model, chains));
  expect(model.asked).toEqual(['first', 'second', 'third']);
  expect(start).toEqual({ type: 'message-start', modelId: 'third' });
  const alone = failing([gone]);
  await expect(read(withFallbacks(alone, chains), 'other')).rejects.toBe(gone);
});

test.each([
  ['a refusal', failing([refused])],
  ['an answer that has begun', failing([busy], saying('Hel').slice(0, 2))],
])('%s is not handed on to another model', async (_, model) => {
  await expect(read(withFallbacks(model, { first: ['second'] }))).rejects.toBeInstanceOf(ChatError);
  expect(model.asked).toEqual(['first']);
});

test.each([
  ['us.anthropic.a', 'us.amazon.b', true],
  ['us.anthropic.a', 'amazon.b', true],
  ['us.anthropic.a', 'global.anthropic.a', false],
  ['us.anthropic.a', 'eu.anthropic.a', false],
  ['amazon.b', 'us.amazon.b', false],
  ['amazon.b', 'meta.c', true],
  ['global.anthropic.a', 'us.anthropic.a', true],
])('from %s to %s: %s', (modelId, fallbackId, stays) => {
  expect(staysWithin(modelId, fallbackId)).toBe(stays);
});
