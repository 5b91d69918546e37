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
const unavailable = new ChatError('model_unavailable', 'Gone.');

async function* emit(
  events: readonly StreamEvent[],
  failure: ChatError | undefined,
): AsyncGenerator<StreamEvent> {
  yield* events;
  if (failure !== undefined) throw failure;
}

/** A model that fails once for each failure, each time after the events before. */
function failingModel(
  failures: readonly ChatError[],
  before: readonly StreamEvent[] = [],
): Model & { readonly calls: readonly string[] } {
  const calls: string[] = [];
  return {
    calls,
    stream({ modelId }) {
      const failure = failures[calls.length];
      calls.push(modelId);
      return markOutput(emit(failure === undefined ? saying('Hello') : before, failure));
    },
  };
}

const { signal } = new AbortController();
const read = (model: Model, modelId = 'first'): Promise<StreamEvent[]> =>
  Array.fromAsync(model.stream({ ...request, modelId }, signal));
const half = (): number => 0.5;

test('a transient failure is retried twice, with growing delays', async () => {
  const clock = createVirtualClock(0);
  const model = failingModel([busy, busy]);
  const events = await read(withRetry(model, { clock, random: half }));
  expect(events).toContainEqual({ type: 'text-delta', index: 0, text: 'Hello' });
  expect(model.calls).toHaveLength(3);
  expect(clock.now()).toBe(200 + 400);
  const down = failingModel([busy, busy, busy]);
  await expect(read(withRetry(down, { clock, random: half }))).rejects.toBe(busy);
  expect(down.calls).toHaveLength(3);
});

test.each([
  ['a refusal', failingModel([refused])],
  ['an unavailable model', failingModel([unavailable])],
  ['an answer that has begun', failingModel([busy], saying('Hel').slice(0, 2))],
])('%s is not retried', async (_, model) => {
  const retrying = withRetry(model, { clock: createVirtualClock(0), random: half });
  await expect(read(retrying)).rejects.toBeInstanceOf(ChatError);
  expect(model.calls).toHaveLength(1);
});

test('when almost every call fails, almost none is retried', async () => {
  const model = failingModel(Array.from({ length: 500 }, () => busy));
  const retrying = withRetry(model, { clock: createVirtualClock(0), random: half });
  for (let call = 0; call < 100; call += 1) await expect(read(retrying)).rejects.toBe(busy);
  expect(model.calls.length).toBeLessThanOrEqual(100 + 10 + 3);
});

test('after five failures in a row a model is not called for a while, then probed once', async () => {
  const clock = createManualClock(0);
  const model = failingModel(Array.from({ length: 6 }, () => unavailable));
  const guarded = withBreaker(model, clock);
  for (let call = 0; call < 5; call += 1) await expect(read(guarded)).rejects.toBe(unavailable);
  await expect(read(guarded)).rejects.toMatchObject({
    code: 'model_unavailable',
    retryAfterSeconds: 5,
  });
  expect(model.calls).toHaveLength(5);
  expect(await read(withBreaker(failingModel([]), clock), 'second')).toHaveLength(5);
  await clock.advance(5_000);
  await expect(read(guarded)).rejects.toBe(unavailable);
  await clock.advance(9_999);
  await expect(read(guarded)).rejects.toMatchObject({ retryAfterSeconds: 1 });
  expect(model.calls).toHaveLength(6);
  await clock.advance(1);
  expect(await read(guarded)).toHaveLength(5);
  expect(await read(guarded)).toHaveLength(5);
});

test('an aborted call says nothing about the model', async () => {
  const clock = createManualClock(0);
  const stopped = new AbortController();
  const calls: string[] = [];
  const model: Model = {
    stream(given, reader) {
      calls.push(given.modelId);
      const stop = new ChatError('internal', 'The turn was stopped.');
      return failingModel([reader.aborted ? stop : unavailable]).stream(given, reader);
    },
  };
  const guarded = withBreaker(model, clock);
  for (let call = 0; call < 5; call += 1) await expect(read(guarded)).rejects.toBe(unavailable);
  await clock.advance(5_000);
  stopped.abort();
  const probe = Array.fromAsync(guarded.stream(request, stopped.signal));
  await expect(probe).rejects.toMatchObject({ code: 'internal' });
  await expect(read(guarded)).rejects.toBe(unavailable);
  await expect(read(guarded)).rejects.toMatchObject({ retryAfterSeconds: 10 });
  expect(calls).toHaveLength(7);
});

test('a model that rejects requests does not count as down', async () => {
  const model = failingModel(Array.from({ length: 9 }, () => refused));
  const guarded = withBreaker(model, createManualClock(0));
  for (let call = 0; call < 9; call += 1) await expect(read(guarded)).rejects.toBe(refused);
  expect(model.calls).toHaveLength(9);
});

test('a model is down if more than half of twenty calls in ten seconds fail', async () => {
  const clock = createManualClock(0);
  let calls = 0;
  const model: Model = {
    async *stream() {
      calls += 1;
      if (calls % 3 > 0) throw unavailable;
      yield* saying('Hello');
    },
  };
  const guarded = withBreaker(model, clock);
  for (let call = 0; call < 40; call += 1) await read(guarded).catch(() => undefined);
  expect(calls).toBe(20);
});

test('a fallback answers for an unavailable model, and is named in the answer', async () => {
  const chains = { first: ['second', 'third'] };
  const model = failingModel([unavailable, busy]);
  const [start] = await read(withFallbacks(model, chains));
  expect(model.calls).toEqual(['first', 'second', 'third']);
  expect(start).toEqual({ type: 'message-start', modelId: 'third' });
  const withoutChain = failingModel([unavailable]);
  await expect(read(withFallbacks(withoutChain, chains), 'other')).rejects.toBe(unavailable);
});

test.each([
  ['a refusal', failingModel([refused])],
  ['an answer that has begun', failingModel([busy], saying('Hel').slice(0, 2))],
])('%s does not go to a fallback', async (_, model) => {
  await expect(read(withFallbacks(model, { first: ['second'] }))).rejects.toBeInstanceOf(ChatError);
  expect(model.calls).toEqual(['first']);
});

test.each([
  ['us.anthropic.a', 'us.amazon.b', true],
  ['us.anthropic.a', 'amazon.b', true],
  ['us.anthropic.a', 'global.anthropic.a', false],
  ['us.anthropic.a', 'eu.anthropic.a', false],
  ['amazon.b', 'us.amazon.b', false],
  ['amazon.b', 'meta.c', true],
  ['global.anthropic.a', 'us.anthropic.a', true],
])('a fallback from %s to %s stays within the Regions: %s', (modelId, fallbackId, stays) => {
  expect(staysWithin(modelId, fallbackId)).toBe(stays);
});
