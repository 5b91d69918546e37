import { expect, test } from 'vitest';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import { ChatError, type ErrorCode, type LimitName } from '#domain/errors.ts';
import { measureTurn, type TurnMeter } from '#domain/metrics/measure-turn.ts';
import { withFallbacks } from '#domain/model/fallbacks.ts';
import { withRetry } from '#domain/model/retry.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { eventsOf, generousLimits, memoryPorts, turnRequest, usage } from '#test/fixtures/turns.ts';
import { createVirtualClock } from '#local/process/clock.ts';

const start: TurnEvent = { type: 'turn-start', turnId: 't1', modelId: 'model' };
const stop: TurnEvent = { type: 'turn-stop', stopReason: 'end_turn' };
const delta = (text = 'a'): TurnEvent => ({ type: 'text-delta', index: 0, text });
const failing = (code: ErrorCode): TurnEvent => {
  return { type: 'error', error: new ChatError(code, 'No.') };
};

/** What every turn counts. */
const turn = { Turns: 1, FailedBeforeFirstToken: 0, FailedAfterFirstToken: 0 };

/** Shows events to a meter, each after some milliseconds. */
function observe(
  events: readonly (readonly [afterMs: number, event: TurnEvent])[],
  isWhole = false,
): TurnMeter {
  let nowMs = 500;
  const meter = measureTurn({ nowMs: () => nowMs, isWhole });
  for (const [afterMs, event] of events) {
    nowMs += afterMs;
    meter.onEvent(event);
  }
  return meter;
}

test('the first token is measured from the beginning, and gaps from delta to delta', () => {
  const meter = observe([
    [10, start],
    [390, { type: 'message-start' }],
    [100, { type: 'reasoning-delta', index: 0, text: 'Hm' }],
    [20.06, delta()],
    [50, delta()],
    [5, { type: 'block-stop', index: 1 }],
    [5, { type: 'message-stop', stopReason: 'end_turn' }],
    [420, stop],
  ]);
  expect(meter.values()).toEqual({
    ...turn,
    TimeToFirstToken: 500,
    InterChunkGap: [20.1, 50],
    TurnDuration: 1_000.1,
  });
});

test('the time that a tool takes is no gap', () => {
  const meter = observe([
    [0, start],
    [10, delta()],
    [10, delta()],
    [0, { type: 'message-stop', stopReason: 'tool_use' }],
    [9_000, { type: 'message-start' }],
    [1_000, delta()],
    [30, delta()],
  ]);
  expect(meter.values().InterChunkGap).toEqual([10, 30]);
});

test('more than 100 gaps become their percentiles, of which the last is the largest', () => {
  const gaps = Array.from({ length: 1_000 }, (_, index) => 1_000 - index);
  const meter = observe([[0, start], [0, delta()], ...gaps.map((ms) => [ms, delta()] as const)]);
  const { InterChunkGap } = meter.values();
  expect(InterChunkGap).toEqual(Array.from({ length: 100 }, (_, index) => 10 * (index + 1)));
});

test('an answer in one piece has neither a first token nor gaps', () => {
  const meter = observe(
    [
      [0, start],
      [900, delta()],
      [5, delta()],
      [0, stop],
    ],
    true,
  );
  expect(meter.values()).toEqual({ ...turn, TurnDuration: 905 });
});

test.each(['internal', 'model_error', 'model_unavailable', 'throttled', 'timed_out'] as const)(
  'the error %s is a failure before or after the first token',
  (code) => {
    const throttled = code === 'throttled' ? { ThrottledByModel: 1 } : {};
    const before = observe([
      [0, start],
      [7, failing(code)],
    ]).values();
    expect(before).toEqual({ ...turn, FailedBeforeFirstToken: 1, TurnDuration: 7, ...throttled });
    const after = observe([
      [0, start],
      [7, delta()],
      [0, failing(code)],
    ]).values();
    expect(after).toMatchObject({ Turns: 1, FailedAfterFirstToken: 1, ...throttled });
    expect(after).toHaveProperty('FailedBeforeFirstToken', 0);
    const meter = observe([]);
    meter.onRefusal(new ChatError(code, 'No.'));
    expect(meter.values()).toEqual({ ...turn, FailedBeforeFirstToken: 1, ...throttled });
  },
);

test.each(['invalid_request', 'conflict', 'content_filtered', 'not_found'] as const)(
  'the error %s is not a failure, and without a turn nothing is counted',
  (code) => {
    expect(
      observe([
        [0, start],
        [0, failing(code)],
      ]).values(),
    ).toEqual({ ...turn, TurnDuration: 0 });
    const meter = observe([]);
    meter.onRefusal(new ChatError(code, 'No.'));
    expect(meter.values()).toEqual({});
  },
);

test('a repeated turn is not measured or paid for again', () => {
  const repeated: TurnEvent = { ...start, repeats: 'replayed' };
  const cost = { nanoUsd: 5 };
  const meter = observe([
    [0, repeated],
    [9, delta()],
    [9, { ...stop, usage, cost }],
  ]);
  expect(meter.values()).toEqual({ RepeatedTurns: 1 });
  expect(
    observe([
      [0, repeated],
      [0, failing('internal')],
    ]).values(),
  ).toEqual({ RepeatedTurns: 1 });
});

/** Runs a turn and returns what was measured. */
async function measured(ports: TurnPorts, change: Partial<TurnRequest> = {}): Promise<object> {
  const meter = measureTurn({ nowMs: () => 0 });
  await eventsOf(
    runTurn(
      ports,
      turnRequest({ ...change, observer: { ...meter, onExtraCall: () => undefined } }),
    ),
  ).catch(() => undefined);
  return meter.values();
}

test('tokens and cost are those of the stored turn, also if it fails midway', async () => {
  const cached = { ...usage, cacheReadInputTokens: 3, cacheWriteInputTokens: 4 };
  const whole = [...saying('Hel', 'lo').slice(0, -1), { type: 'usage', usage: cached } as const];
  expect(await measured(memoryPorts(createMemoryModel(whole)))).toMatchObject({
    InputTokens: 10,
    OutputTokens: 5,
    CacheReadTokens: 3,
    CacheWriteTokens: 4,
    CostUsd: expect.closeTo((10 + 5 * 5 + 4) / 1e9, 12),
  });
  const cut = [...saying('Hel').slice(0, 2), new ChatError('model_error', 'Cut.')];
  expect(await measured(memoryPorts(createMemoryModel(cut)))).toMatchObject({
    FailedAfterFirstToken: 1,
    CostUsd: expect.any(Number),
    OutputTokens: expect.any(Number),
  });
});

test.each([
  ['requestsPerMinute', 'RefusedByRequestsPerMinute', { requestsPerMinute: 1 }],
  ['tokensPerDay', 'RefusedByTokensPerDay', { tokensPerDay: 5_000 }],
  ['usdPerDay', 'RefusedByUsdPerDay', { nanoUsdPerDay: 20_000 }],
] satisfies [LimitName, string, object][])(
  'a turn that the limit %s refuses is counted as %s and not as a failure',
  async (_, name, limit) => {
    const ledger = createMemoryLedger({ ...generousLimits, ...limit });
    const ports = memoryPorts(createMemoryModel(saying('Hello')), { ledger });
    const options = { inference: { maxTokens: 3_000 } };
    await measured(ports, { options });
    const change = { options, maxHistoryTokens: 9_000, turnId: 't2' };
    const stored = await measured(ports, change);
    expect(stored).toEqual({ ...turn, [name]: 1, TurnDuration: 0 });
    const oneShot = { ...change, turnId: 't3', conversation: undefined };
    const messages = { type: 'exchange', messages: [] } as const;
    const isDaily = name !== 'RefusedByRequestsPerMinute';
    const large = isDaily ? { options: { inference: { maxTokens: 9_000 } } } : {};
    const refused = await measured(ports, { ...oneShot, ...large, input: messages });
    expect(refused).toEqual({ ...turn, [name]: 1 });
  },
);

test('retries and fallbacks are counted', async () => {
  const clock = createVirtualClock(0);
  const busy = new ChatError('throttled', 'Busy.', { isTransient: true });
  const model = {
    async *stream({ modelId }: { readonly modelId: string }): AsyncGenerator<StreamEvent> {
      if (modelId === 'model') throw busy;
      yield* saying('Hello');
    },
  };
  const retried = withRetry(model, { clock, random: () => 0.5 });
  const ports = memoryPorts(withFallbacks(retried, { model: ['other'] }));
  expect(await measured(ports)).toMatchObject({ Turns: 1, Retries: 2, Fallbacks: 1 });
});
