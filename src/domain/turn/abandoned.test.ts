import { expect, test } from 'vitest';
import { assistantMessage } from '#domain/conversation/message.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import { createManualClock } from '#local/process/clock.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { beginPaced, pacedKey, turnsOf } from '#test/fixtures/paced-turn.ts';
import {
  conversation,
  eventsOf,
  textOf,
  turnRequest,
  type MemoryPorts,
} from '#test/fixtures/turns.ts';

/** Moves the clock until the work is done. */
async function advanceUntilDone<Result>(ports: MemoryPorts, work: Promise<Result>) {
  const progress = { isDone: false };
  void work.finally(() => (progress.isDone = true));
  while (!progress.isDone) await ports.clock.advance(500);
  return work;
}

/** Begins a turn and lets its process vanish ten seconds later, long before the lease is over. */
async function beginAndVanish(): Promise<MemoryPorts> {
  const { ports } = await beginPaced();
  // The clock of the process that has vanished stands still.
  const vanished = { ...ports, clock: createManualClock(ports.clock.now() + 10_000) };
  return vanished;
}

test('a turn whose process has vanished is recovered as soon as somebody stops it', async () => {
  const ports = await beginAndVanish();
  const beforeMs = ports.clock.now();
  expect(await advanceUntilDone(ports, stopTurn(ports, conversation))).toBe('t1');
  expect(ports.clock.now() - beforeMs).toBeLessThanOrEqual(6_000);
  expect(await turnsOf(ports)).toMatchObject([
    { state: 'interrupted', answer: assistantMessage('Hel') },
  ]);
});

test('a turn whose process has vanished does not block the next message', async () => {
  const ports = await beginAndVanish();
  const model = createMemoryModel(saying('Next'));
  const next = turnRequest({ turnId: 't2', endsAtMs: 90_000 });
  const events = await advanceUntilDone(ports, eventsOf(runTurn({ ...ports, model }, next)));
  expect(textOf(events)).toBe('Next');
  expect(await turnsOf(ports)).toMatchObject([{ turnId: 't2' }, { state: 'interrupted' }]);
});

test('a reader of a turn whose process has vanished gets its end within twenty seconds', async () => {
  const ports = await beginAndVanish();
  const beforeMs = ports.clock.now();
  const events = await advanceUntilDone(
    ports,
    eventsOf(followTurn(ports, { key: pacedKey, signal: new AbortController().signal })),
  );
  expect(textOf(events)).toBe('Hel');
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'internal' } });
  expect(ports.clock.now() - beforeMs).toBeLessThanOrEqual(20_000);
});

test('a worker whose model is silent answers, so its turn continues', async () => {
  const { ports, model, reading } = await beginPaced();
  await ports.clock.advance(1_000);
  for (let second = 0; second < 10; second += 1) await ports.clock.advance(1_000);
  const found = await advanceUntilDone(ports, findConversation(ports, conversation));
  expect(found?.liveTurn?.turnId).toBe('t1');
  const blocked = eventsOf(runTurn(ports, turnRequest({ turnId: 't2' }))).catch((error) => error);
  expect(await advanceUntilDone(ports, blocked)).toMatchObject({ code: 'conflict' });
  model.say('lo');
  model.end();
  expect(textOf(await reading)).toBe('Hello');
});
