import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { meteredCall, type MeteredCall } from '#domain/spending/metered-call.ts';
import { toEstimatedUsage } from '#domain/conversation/usage.ts';
import { createManualClock } from '#local/process/clock.ts';
import { flatPrices, generousLimits, usage } from '#test/fixtures/turns.ts';

const call: MeteredCall = { owner: 'ada', id: 'u1', modelId: 'm', max: toEstimatedUsage(100, 400) };

async function tokensAfter(ask: () => Promise<{ readonly usage?: typeof usage }>): Promise<number> {
  const ledger = createMemoryLedger(generousLimits);
  const ports = { ledger, prices: flatPrices, clock: createManualClock(1_000) };
  await meteredCall(ports, call, ask).catch(() => undefined);
  const [today] = await ledger.days('ada', 1);
  return today?.tokens ?? 0;
}

const failWith = async (failure: ChatError): Promise<never> => {
  throw failure;
};

const socketTimeout = Object.assign(new Error('Socket timed out'), { name: 'TimeoutError' });

test('an answer costs what it used', async () => {
  expect(await tokensAfter(async () => ({ usage }))).toBe(15);
});

test.each([
  new ChatError('throttled', 'Busy'),
  new ChatError('invalid_request', 'No'),
  new ChatError('model_unavailable', 'Away'),
])('a rejected call costs nothing: %s', async (failure) => {
  expect(await tokensAfter(() => failWith(failure))).toBe(0);
});

test.each([
  new ChatError('model_unavailable', 'No answer', { cause: socketTimeout }),
  new ChatError('model_error', 'The connection was lost'),
  new ChatError('timed_out', 'The time was up'),
])('a call whose end is unknown costs the maximum: %s', async (failure) => {
  expect(await tokensAfter(() => failWith(failure))).toBe(500);
});
