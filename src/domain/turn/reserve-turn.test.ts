import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';
import { expect, test } from 'vitest';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { ChatError } from '#domain/errors.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { DaySpending } from '#domain/spending/ledger.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { localTools } from '#domain/model/tools.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { withTools } from '#domain/model/with-tools.ts';
import {
  conversation,
  createPacedModel,
  eventsOf,
  flatPrices,
  generousLimits,
  memoryPorts,
  textOf,
  turnRequest,
} from '#test/fixtures/turns.ts';

const busy = new ChatError('throttled', 'Too many requests.');

/** A model that fails `times` times and then answers. */
function failingModel(times: number): Model & { readonly calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    stream(request, signal) {
      calls.push(calls.length);
      const isFailure = calls.length <= times;
      return isFailure
        ? createMemoryModel([busy]).stream(request, signal)
        : createMemoryModel(saying('Hello')).stream(request, signal);
    },
  };
}

/** A model that never answers. `called` resolves when it is called. */
function silentModel(): Model & { readonly called: Promise<void> } {
  const { promise: called, resolve } = Promise.withResolvers<void>();
  return {
    called,
    async *stream(_, signal) {
      resolve();
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      yield* [];
    },
  };
}

const spent = async ({ ledger }: TurnPorts): Promise<DaySpending | undefined> =>
  (await ledger.days('ada', 1))[0];

const turns = async ({ conversations }: TurnPorts): Promise<readonly Turn[]> =>
  (await conversations.turns(conversation, { limit: 10 })).items;

const limited = (tokensPerDay: number): Partial<TurnPorts> => ({
  ledger: createMemoryLedger({ ...generousLimits, tokensPerDay }),
});

test('a turn costs what its model used, and reports the cost', async () => {
  const ports = memoryPorts(createMemoryModel(saying('Hel', 'lo')));
  const events = await eventsOf(
    runTurn(ports, turnRequest({ options: { inference: { maxTokens: 500 } } })),
  );
  const [turn] = await turns(ports);
  const { inputTokens = 0, outputTokens = 0 } = turn?.usage ?? {};
  const nanoUsd = inputTokens + 5 * outputTokens;
  expect(nanoUsd).toBeGreaterThan(0);
  expect(turn?.cost).toEqual({ nanoUsd });
  expect(events.at(-1)).toMatchObject({ type: 'turn-stop', cost: { nanoUsd } });
  expect(await spent(ports)).toMatchObject({ turns: 1, nanoUsd });
});

test('a turn over the limit is stored, and its model is not called', async () => {
  const model = failingModel(0);
  const ports = memoryPorts(model, limited(400));
  const request = turnRequest({ options: { inference: { maxTokens: 500 } } });
  const events = await eventsOf(runTurn(ports, request));
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'quota_exceeded' } });
  expect(await turns(ports)).toMatchObject([{ state: 'failed', errorCode: 'quota_exceeded' }]);
  expect(model.calls).toEqual([]);
  expect((await ports.conversations.find(conversation))?.liveTurn).toBeUndefined();
});

test('an answer that was cut off counts in full length, because the model may have continued', async () => {
  const model = createPacedModel();
  const ports = memoryPorts(model);
  const deadline = new AbortController();
  model.say('Hel');
  const request = turnRequest({
    options: { inference: { maxTokens: 500 } },
    signal: deadline.signal,
  });
  for await (const event of runTurn(ports, request)) {
    if (event.type !== 'text-delta') continue;
    deadline.abort(new ChatError('timed_out', 'The time is up.'));
  }
  const [{ cost, usage } = {}] = await turns(ports);
  expect(usage).toMatchObject({ outputTokens: 1, isEstimated: true });
  expect(cost).toMatchObject({ isEstimated: true });
  expect(cost?.nanoUsd).toBeGreaterThanOrEqual(5 * 500);
  expect(await spent(ports)).toMatchObject({ nanoUsd: cost?.nanoUsd });
});

test('a call that was aborted before its first token counts in full length, with or without tools', async () => {
  const toolUse = { owner: 'ada', sets: ['clock'], canAsk: false };
  for (const change of [{}, { toolUse }]) {
    const model = silentModel();
    const ports = memoryPorts(withTools(model, { open: async () => localTools([]) }));
    const deadline = new AbortController();
    const options = { inference: { maxTokens: 500 } };
    const request = turnRequest({ options, signal: deadline.signal, ...change });
    const reading = eventsOf(runTurn(ports, request));
    await model.called;
    deadline.abort(new ChatError('timed_out', 'The time is up.'));
    await reading;
    expect((await spent(ports))?.tokens).toBeGreaterThanOrEqual(500);
  }
});

test('turns of a model without a price report no cost, not even interrupted ones', async () => {
  const { highest } = flatPrices;
  const ports = memoryPorts(createPacedModel(), { prices: { of: () => undefined, highest } });
  const turn = runTurn(ports, turnRequest());
  await turn.next();
  await ports.clock.advance(90_000);
  await findConversation(ports, conversation);
  expect((await turns(ports))[0]).toMatchObject({ state: 'interrupted' });
  expect((await turns(ports))[0]).not.toHaveProperty('cost');
  expect((await spent(ports))?.nanoUsd).toBeGreaterThan(0);
});

test('a model that fails before its first token costs nothing', async () => {
  const ports = memoryPorts(failingModel(1));
  await eventsOf(runTurn(ports, turnRequest()));
  expect(await turns(ports)).toMatchObject([{ state: 'failed', cost: { nanoUsd: 0 } }]);
  expect(await spent(ports)).toMatchObject({ turns: 1, tokens: 0, nanoUsd: 0 });
});

const keyed = (turnId: string, change: Partial<TurnRequest> = {}): TurnRequest =>
  turnRequest({ turnId, idempotency: { key: 'k', fingerprint: 'f' }, ...change });

test('a repeated request is answered and not charged again', async () => {
  const model = failingModel(0);
  const ports = memoryPorts(model);
  const first = await eventsOf(runTurn(ports, keyed('t1')));
  const before = await spent(ports);
  const second = await eventsOf(runTurn(ports, keyed('t2')));
  expect(textOf(second)).toBe(textOf(first));
  expect(model.calls).toHaveLength(1);
  expect(await spent(ports)).toEqual(before);
});

test('a request that no model began to answer runs again when it is repeated', async () => {
  const model = failingModel(1);
  const ports = memoryPorts(model);
  const first = await eventsOf(runTurn(ports, keyed('t1')));
  expect(first.at(-1)).toMatchObject({ type: 'error', error: busy });
  const again = ['t2', 't3'].map((turnId) => eventsOf(runTurn(ports, keyed(turnId))));
  const results: TurnEvent[][] = [];
  for (const events of again) void events.then((result) => results.push(result));
  await expect
    .poll(async () => {
      await ports.clock.advance(1_000);
      return results.map(textOf);
    })
    .toEqual(['Hello', 'Hello']);
  expect(model.calls).toHaveLength(2);
  expect(await turns(ports)).toMatchObject([
    { state: 'complete', question: userMessage('Hi') },
    { turnId: 't1', state: 'failed' },
  ]);
});

test('a cached answer is returned at no cost until it is too old', async () => {
  const model = failingModel(0);
  const ports = memoryPorts(model);
  const cached = (turnId: string): TurnRequest =>
    keyed(turnId, {
      conversation: { conversationId: 'once.c', mode: 'either', expiresAtMs: 90_000_000 },
      idempotency: { key: 'cache', fingerprint: 'cache', maxAgeMs: 10_000 },
    });
  const first = await eventsOf(runTurn(ports, cached('t1')));
  expect(first[0]).not.toHaveProperty('repeats');
  await ports.clock.advance(9_999);
  const again = await eventsOf(runTurn(ports, cached('t2')));
  expect(again[0]).toMatchObject({ turnId: 't1', repeats: 'cached' });
  expect(again.at(-1)).toMatchObject({ type: 'turn-stop', cost: { nanoUsd: 0 } });
  expect(model.calls).toHaveLength(1);
  await ports.clock.advance(1);
  const later = await eventsOf(runTurn(ports, cached('t3')));
  expect(later[0]).toMatchObject({ turnId: 't3' });
  expect(model.calls).toHaveLength(2);
});

test('only complete answers are returned from the cache', async () => {
  const model = failingModel(0);
  const cutOff: Model = {
    async *stream(request, signal) {
      for await (const event of model.stream(request, signal)) {
        yield event.type === 'message-stop' ? { ...event, stopReason: 'max_tokens' } : event;
      }
    },
  };
  const ports = memoryPorts(cutOff);
  const idempotency = { key: 'cache', fingerprint: 'cache', maxAgeMs: 10_000 };
  for (const turnId of ['t1', 't2']) {
    await eventsOf(runTurn(ports, keyed(turnId, { idempotency })));
  }
  expect(model.calls).toHaveLength(2);
});
