import type { Model } from '#domain/model/model.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { loggedTurn } from '#lambda/turn/log-turn.ts';
import { createUiEncoding } from '#protocol/turn/ui-message-stream.ts';
import { memoryPorts, turnRequest, usage } from '#test/fixtures/turns.ts';

/*
 * What the metrics of a turn cost: the CPU of turns in memory with and without them, in the same
 * run, and the time that they take before a turn begins.
 */

const rounds = 2_000;
const tokens = 400;

const model: Model = {
  async *stream() {
    yield { type: 'message-start' };
    for (let count = 0; count < tokens; count += 1) {
      yield { type: 'text-delta', index: 0, text: ' token' };
    }
    yield { type: 'block-stop', index: 0 };
    yield { type: 'message-stop', stopReason: 'end_turn' };
    yield { type: 'usage', usage };
  },
};

const origin = { route: 'POST /chat/stream', invocation: { requestId: 'bench' } } as const;

/** Runs and encodes a turn, and returns its CPU time in microseconds. */
async function cpuOf(isMeasured: boolean): Promise<number> {
  const plain = turnRequest({ endsAtMs: Date.now() + 60_000 });
  const ports = { ...memoryPorts(model), clock: systemClock };
  const encoding = createUiEncoding('bench');
  const before = process.cpuUsage();
  const turn = isMeasured ? loggedTurn(plain, origin) : plain;
  for await (const event of runTurn(ports, turn)) encoding.encode(event);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

// The lines cost their encoding, and would hide the result.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const sums = { measured: 0, plain: 0 };
for (let round = -200; round < rounds; round += 1) {
  const [measured, plain] = [await cpuOf(true), await cpuOf(false)];
  if (round < 0) continue;
  sums.measured += measured;
  sums.plain += plain;
}
const startedAt = performance.now();
for (let round = 0; round < rounds; round += 1) loggedTurn(turnRequest(), origin);
const beforeTurnUs = ((performance.now() - startedAt) * 1_000) / rounds;
process.stdout.write = write;

const metricsMs = (sums.measured - sums.plain) / rounds / 1_000;
console.log(`CPU of the metrics of a turn with ${tokens} tokens: ${metricsMs.toFixed(2)} ms`);
console.log(`time before a turn begins: ${beforeTurnUs.toFixed(1)} µs`);
