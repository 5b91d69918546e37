import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoSearch } from '#aws/conversation/dynamo-search.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { createManualClock, type ManualClock } from '#local/process/clock.ts';
import type { Crash } from '#test/fixtures/crash-points.ts';
import { createCrashingStore, type CrashingStore } from '#test/fixtures/crashing-store.ts';
import { cachedPromptIn, expectFound, messageIn } from '#test/fixtures/stored-turns.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { eventsOf, flatPrices, generousLimits, textOf, turnRequest } from '#test/fixtures/turns.ts';

/*
 * Lambda can kill an environment at any moment. Each test kills it before and after every write of
 * a complete run. Then the client retries with the same key, the lease expires, the turn is
 * recovered, and the next turn begins.
 */

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

let runs = 0;

/** One conversation, handled by several environments. */
interface Run {
  readonly clock: ManualClock;
  readonly key: { readonly owner: string; readonly conversationId: string };
  /** The last message of each model call. */
  readonly calls: string[];
  readonly words: readonly string[];
  /** Whether the requests are cached prompts, whose answers are at once too old for the cache. */
  readonly isCached: boolean;
}

const shortAnswer = ['Hel', 'lo, ', 'wor', 'ld.'];

function createRun(words = shortAnswer, isCached = false): Run {
  runs += 1;
  const key = { owner: `owner ${runs}`, conversationId: `run-${runs}` };
  return { clock: createManualClock(1_000), key, calls: [], words, isCached };
}

interface Environment extends CrashingStore {
  readonly ports: TurnPorts;
}

function openEnvironment(
  run: Run,
  crash?: Crash,
  beforeEnd?: (signal: AbortSignal) => Promise<void>,
): Environment {
  const own = createCrashingStore(store, crash);
  const { clock, calls } = run;
  const model: Model = {
    async *stream({ messages }, signal) {
      calls.push(messages.map(messageText).at(-1) ?? '');
      yield { type: 'message-start' };
      for (const text of run.words) {
        yield { type: 'text-delta', index: 0, text };
        await clock.advance(1_000);
        await own.settled();
      }
      await beforeEnd?.(signal);
      signal.throwIfAborted();
      yield { type: 'block-stop', index: 0 };
      yield { type: 'message-stop', stopReason: 'end_turn' };
    },
  };
  const conversations = createDynamoConversations(own);
  const log = createDynamoTurnLog(own.table);
  const ledger = createDynamoLedger(own.table, generousLimits);
  const reservations = ledger;
  const storage = { conversations, log, ledger, reservations, attachments: own.attachments };
  const ports = { model, ...storage, prices: flatPrices, clock };
  return { ...own, ports };
}

function requestIn(run: Run, turnId: string, text: string, key: string): TurnRequest {
  return turnRequest({
    owner: run.key.owner,
    turnId,
    ...(run.isCached ? cachedPromptIn : messageIn)(run.key, { key, fingerprint: text }),
    input: { type: 'message', question: userMessage(text) },
    endsAtMs: run.clock.now() + 60_000,
  });
}

const ask = (environment: Environment, request: TurnRequest): Promise<string> =>
  Promise.race([
    environment.crashed,
    eventsOf(runTurn(environment.ports, request)).then((events) => textOf(events)),
  ]);

const turnsOf = async (run: Run): Promise<readonly Turn[]> =>
  (await openEnvironment(run).ports.conversations.turns(run.key, { limit: 10 })).items;

async function loggedText(run: Run, { turnId, sequence }: Turn): Promise<string> {
  const log = createDynamoTurnLog(store.table);
  const entries = await log.read({ ...run.key, turnId, sequence }, 0);
  return textOf(entries.flatMap(({ events }) => events));
}

/** Asserts that both turns are stored once, with all their text, and that each had one model call. */
async function expectNothingLost(run: Run): Promise<void> {
  const whole = run.words.join('');
  const all = await turnsOf(run);
  // A turn whose model was not asked is run again by the retry, as a branch.
  const turns = all.filter(({ isUnanswered }) => isUnanswered !== true);
  expect(turns.map(({ question }) => messageText(question))).toEqual(['Second', 'First']);
  const [second, first] = turns;
  expect(second?.state).toBe('complete');
  expect(second?.parentId).toBe(run.isCached ? undefined : first?.turnId);
  expect(messageText(second?.answer ?? userMessage(''))).toBe(whole);
  const partial = messageText(first?.answer ?? userMessage(''));
  expect(whole.startsWith(partial)).toBe(true);
  expect(partial).toBe(first?.state === 'interrupted' ? await loggedText(run, first) : whole);
  expect(run.calls.filter((text) => text === 'First').length).toBeLessThanOrEqual(1);
  expect(run.calls.filter((text) => text === 'Second')).toHaveLength(1);
  await expectFound(createDynamoSearch(store), run, all);
  await expectSpendingAsStored(run);
}

/** Moves the clock until the work has ended or failed. */
async function advanceUntilSettled(run: Run, work: Promise<unknown>): Promise<void> {
  const progress = { isDone: false };
  void work.catch(() => undefined).finally(() => (progress.isDone = true));
  while (!progress.isDone) await run.clock.advance(500);
}

/** Asserts that the owner's spending is the sum of what the stored turns cost. */
async function expectSpendingAsStored(run: Run): Promise<void> {
  // A long history is summarized by a call of its own, which no turn shows.
  if (run.words.join('').length > 1_000) return;
  const costs = (await turnsOf(run)).map(({ cost }) => cost?.nanoUsd ?? 0);
  const [day] = await openEnvironment(run).ports.ledger.days(run.key.owner, 1);
  expect(day?.nanoUsd).toBe(costs.reduce((sum, cost) => sum + cost, 0));
}

/** The client retries, waits until the lease has expired, and sends the next message. */
async function retryAndContinue(run: Run): Promise<string> {
  const environment = openEnvironment(run);
  const retry = ask(environment, requestIn(run, 'retry', 'First', 'k1'));
  await advanceUntilSettled(run, retry);
  const received = await retry;
  await findConversation(environment.ports, run.key);
  await ask(openEnvironment(run), requestIn(run, 'next', 'Second', 'k2'));
  return received;
}

const crashesAt = (
  writes: readonly string[],
  outcomes: readonly Crash['when'][] = ['before', 'after'],
): readonly Crash[] => writes.flatMap((_, atWrite) => outcomes.map((when) => ({ atWrite, when })));

test.each([
  ['a short answer', shortAnswer, false],
  ['a cached prompt', shortAnswer, true],
  ['an answer too large for an item', ['x'.repeat(200_000), 'y'.repeat(200_000)], false],
])(
  'a crash at any write of %s loses no text and causes no second model call',
  async (_, words, isCached) => {
    const complete = createRun(words, isCached);
    const environment = openEnvironment(complete);
    await ask(environment, requestIn(complete, 'first', 'First', 'k1'));
    const crashes = crashesAt(environment.writes);
    for (const crash of crashes) {
      const run = createRun(words, isCached);
      expect(await ask(openEnvironment(run, crash), requestIn(run, 'first', 'First', 'k1'))).toBe(
        'crashed',
      );
      const received = await retryAndContinue(run);
      await expectNothingLost(run);
      expect(words.join('').startsWith(received)).toBe(true);
    }
    console.log(`${crashes.length} crashes, at ${environment.writes.join(', ')}: nothing lost`);
  },
);

test.each([
  ['a short answer', shortAnswer, false],
  ['a cached prompt', shortAnswer, true],
  ['an answer too large for an item', ['x'.repeat(200_000), 'y'.repeat(200_000)], false],
])(
  'a write of %s whose response is lost is repeated, and the turn completes',
  async (_, words, isCached) => {
    const complete = createRun(words, isCached);
    const environment = openEnvironment(complete);
    await ask(environment, requestIn(complete, 'first', 'First', 'k1'));
    for (const crash of crashesAt(environment.writes, ['response lost'])) {
      const run = createRun(words, isCached);
      const received = await ask(
        openEnvironment(run, crash),
        requestIn(run, 'first', 'First', 'k1'),
      );
      expect(received).toBe(words.join(''));
      expect(await turnsOf(run)).toMatchObject([{ state: 'complete' }]);
      await expectSpendingAsStored(run);
    }
  },
);

test.each([
  ['messages', false],
  ['cached prompts', true],
])(
  'a write of %s whose responses are all lost leaves nothing live or reserved',
  async (_, isCached) => {
    const words = shortAnswer;
    const complete = createRun(words, isCached);
    const environment = openEnvironment(complete);
    await ask(environment, requestIn(complete, 'first', 'First', 'k1'));
    for (const crash of crashesAt(environment.writes, ['responses lost'])) {
      const run = createRun(words, isCached);
      const first = ask(openEnvironment(run, crash), requestIn(run, 'first', 'First', 'k1'));
      await advanceUntilSettled(run, first);
      await retryAndContinue(run);
      expect(run.calls.filter((text) => text === 'First')).toHaveLength(1);
      const [last, ...earlier] = await turnsOf(run);
      expect(last).toMatchObject({ state: 'complete' });
      // One of them was asked; an attempt that failed before was not.
      expect(earlier.filter(({ isUnanswered }) => isUnanswered !== true)).toHaveLength(1);
      await expectSpendingAsStored(run);
    }
  },
);

test('a crash at any write of a recovery leaves a turn that the next recovery ends', async () => {
  const createAbandonedRun = async (): Promise<Run> => {
    const run = createRun();
    const crash = { atWrite: 3, when: 'before' } as const;
    await ask(openEnvironment(run, crash), requestIn(run, 'first', 'First', 'k1'));
    await run.clock.advance(90_000);
    return run;
  };
  const complete = await createAbandonedRun();
  const environment = openEnvironment(complete);
  await findConversation(environment.ports, complete.key);
  const crashes = crashesAt(environment.writes);
  for (const crash of crashes) {
    const run = await createAbandonedRun();
    const recovering = openEnvironment(run, crash);
    const ended = findConversation(recovering.ports, run.key).then(() => 'ended');
    expect(await Promise.race([recovering.crashed, ended])).toBe('crashed');
    await retryAndContinue(run);
    await expectNothingLost(run);
  }
  console.log(`${crashes.length} crashes, at ${environment.writes.join(', ')}: nothing lost`);
});

test('a crash at any write of a stopped turn loses no text and ends the turn once', async () => {
  const words = ['Hel', 'lo, '];
  const runAndStop = async (run: Run, crash?: Crash): Promise<readonly [string, Environment]> => {
    const another = openEnvironment(run);
    const environment = openEnvironment(run, crash, async (signal) => {
      void stopTurn(another.ports, run.key);
      // The worker sees the stop request at its next checkpoint.
      while (!signal.aborted) await run.clock.advance(100);
    });
    return [await ask(environment, requestIn(run, 'first', 'First', 'k1')), environment];
  };
  const complete = createRun(words);
  const [, { writes }] = await runAndStop(complete);
  expect(await turnsOf(complete)).toMatchObject([{ state: 'stopped' }]);
  const crashes = crashesAt(writes);
  for (const crash of crashes) {
    const run = createRun(words);
    const [outcome] = await runAndStop(run, crash);
    expect(outcome).toBe('crashed');
    await retryAndContinue(run);
    await expectNothingLost(run);
  }
  console.log(`${crashes.length} crashes, at ${writes.join(', ')}: nothing lost`);
});
