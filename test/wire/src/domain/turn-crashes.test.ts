import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { createManualClock, type ManualClock } from '#local/process/clock.ts';
import { mortal, type Death, type MortalStore } from '#test/fixtures/crashing-store.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { eventsOf, flatPrices, generousLimits, textOf, turnRequest } from '#test/fixtures/turns.ts';

/*
 * An environment can be killed at any moment. Each test kills it before and after every write that
 * a whole run makes, and lets life go on: the client asks again with the same key, the lease runs
 * out, the turn is recovered, and the next one begins.
 */

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

let lives = 0;

/** A conversation, and everything that happened to it in several environments. */
interface Life {
  readonly clock: ManualClock;
  readonly key: { readonly owner: string; readonly conversationId: string };
  /** What the model was asked, once for each call. */
  readonly calls: string[];
  readonly words: readonly string[];
}

function beginLife(words: readonly string[]): Life {
  lives += 1;
  const key = { owner: `owner ${lives}`, conversationId: `life-${lives}` };
  return { clock: createManualClock(1_000), key, calls: [], words };
}

interface Environment extends MortalStore {
  readonly ports: TurnPorts;
}

function openEnvironment(
  life: Life,
  death?: Death,
  beforeEnd?: (signal: AbortSignal) => Promise<void>,
): Environment {
  const own = mortal(store.another(), death);
  const { clock, calls } = life;
  const model: Model = {
    async *stream({ messages }, signal) {
      calls.push(messages.map(messageText).at(-1) ?? '');
      yield { type: 'message-start' };
      for (const text of life.words) {
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
  const ports = { model, conversations, log, ledger, prices: flatPrices, clock };
  return { ...own, ports };
}

function asking(life: Life, turnId: string, text: string, key: string): TurnRequest {
  return turnRequest({
    owner: life.key.owner,
    turnId,
    conversation: { conversationId: life.key.conversationId, mode: 'either' },
    input: { type: 'message', question: userMessage(text) },
    idempotency: { key, fingerprint: text },
    endsAtMs: life.clock.now() + 60_000,
  });
}

const ask = (environment: Environment, request: TurnRequest): Promise<string> =>
  Promise.race([
    environment.died,
    eventsOf(runTurn(environment.ports, request)).then((events) => textOf(events)),
  ]);

const turnsOf = async (life: Life): Promise<readonly Turn[]> =>
  (await openEnvironment(life).ports.conversations.turns(life.key, { limit: 10 })).items;

async function loggedText(life: Life, { turnId, sequence }: Turn): Promise<string> {
  const log = createDynamoTurnLog(store.table);
  const entries = await log.read({ ...life.key, turnId, sequence }, 0);
  return textOf(entries.flatMap(({ events }) => events));
}

/** What every story must come to, wherever it was broken off. */
async function expectNothingLost(life: Life): Promise<void> {
  const whole = life.words.join('');
  const turns = await turnsOf(life);
  expect(turns.map(({ question }) => messageText(question))).toEqual(['Second', 'First']);
  const [second, first] = turns;
  expect(second).toMatchObject({ state: 'complete', parentId: first?.turnId });
  expect(messageText(second?.answer ?? userMessage(''))).toBe(whole);
  const partial = messageText(first?.answer ?? userMessage(''));
  expect(whole.startsWith(partial)).toBe(true);
  expect(partial).toBe(first?.state === 'interrupted' ? await loggedText(life, first) : whole);
  expect(life.calls.filter((text) => text === 'First').length).toBeLessThanOrEqual(1);
  expect(life.calls.filter((text) => text === 'Second')).toHaveLength(1);
}

/** The client asks again, waits for its answer as long as the lease lasts, and goes on. */
async function goOn(life: Life): Promise<string> {
  const environment = openEnvironment(life);
  const again = ask(environment, asking(life, 'retry', 'First', 'k1'));
  const progress = { isOver: false };
  void again.finally(() => (progress.isOver = true));
  while (!progress.isOver) await life.clock.advance(5_000);
  const heard = await again;
  await findConversation(environment.ports, life.key);
  await ask(openEnvironment(life), asking(life, 'next', 'Second', 'k2'));
  return heard;
}

const deathsAt = (writes: readonly string[]): readonly Death[] =>
  writes.flatMap((_, atWrite) => [
    { atWrite, when: 'before' } as const,
    { atWrite, when: 'after' } as const,
  ]);

test.each([
  ['an answer of some words', ['Hel', 'lo, ', 'wor', 'ld.']],
  ['an answer too large for an item', ['x'.repeat(200_000), 'y'.repeat(200_000)]],
])('killed at any write of %s, nothing is lost, doubled or paid for twice', async (_, words) => {
  const whole = beginLife(words);
  const environment = openEnvironment(whole);
  await ask(environment, asking(whole, 'first', 'First', 'k1'));
  const deaths = deathsAt(environment.writes);
  for (const death of deaths) {
    const life = beginLife(words);
    expect(await ask(openEnvironment(life, death), asking(life, 'first', 'First', 'k1'))).toBe(
      'died',
    );
    const heard = await goOn(life);
    await expectNothingLost(life);
    expect(words.join('').startsWith(heard)).toBe(true);
  }
  console.log(`${deaths.length} deaths, at ${environment.writes.join(', ')}: nothing lost`);
});

test('killed at any write of the recovery, the next one brings it to its end', async () => {
  const words = ['Hel', 'lo, ', 'wor', 'ld.'];
  const abandoned = async (): Promise<Life> => {
    const life = beginLife(words);
    const death = { atWrite: 3, when: 'before' } as const;
    await ask(openEnvironment(life, death), asking(life, 'first', 'First', 'k1'));
    await life.clock.advance(90_000);
    return life;
  };
  const whole = await abandoned();
  const environment = openEnvironment(whole);
  await findConversation(environment.ports, whole.key);
  const deaths = deathsAt(environment.writes);
  for (const death of deaths) {
    const life = await abandoned();
    const recovering = openEnvironment(life, death);
    const ended = findConversation(recovering.ports, life.key).then(() => 'ended');
    expect(await Promise.race([recovering.died, ended])).toBe('died');
    await goOn(life);
    await expectNothingLost(life);
  }
  console.log(`${deaths.length} deaths, at ${environment.writes.join(', ')}: nothing lost`);
});

test('killed at any write of a turn that is stopped, it ends once, with what it had', async () => {
  const words = ['Hel', 'lo, '];
  const run = async (life: Life, death?: Death): Promise<readonly [string, Environment]> => {
    const elsewhere = openEnvironment(life);
    const environment = openEnvironment(life, death, async (signal) => {
      await stopTurn(elsewhere.ports, life.key);
      // The next round hears of it.
      while (!signal.aborted) await life.clock.advance(1_000);
    });
    return [await ask(environment, asking(life, 'first', 'First', 'k1')), environment];
  };
  const whole = beginLife(words);
  const [, { writes }] = await run(whole);
  expect(await turnsOf(whole)).toMatchObject([{ state: 'stopped' }]);
  const deaths = deathsAt(writes);
  for (const death of deaths) {
    const life = beginLife(words);
    const [heard] = await run(life, death);
    expect(heard).toBe('died');
    await goOn(life);
    await expectNothingLost(life);
  }
  console.log(`${deaths.length} deaths, at ${writes.join(', ')}: nothing lost`);
});
