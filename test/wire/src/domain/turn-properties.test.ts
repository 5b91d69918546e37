import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemoryTurnLog } from '#test/doubles/memory-turn-log.ts';
import { messageText } from '#domain/conversation/message.ts';
import { rounds } from '#test/fixtures/rounds.ts';
import {
  simulateTurns,
  type SimulatedEvent,
  type SimulatedKind,
  type SimulationResult,
} from '#test/fixtures/turn-simulation.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { generousLimits } from '#test/fixtures/turns.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

const event: fc.Arbitrary<SimulatedEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send'), key: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('delta'),
      text: fc.string({ minLength: 1, maxLength: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.constantFrom(300, 1_000, 80_000) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'end',
        'stop',
        'recover',
        'follow',
        'crash',
        'lose',
        'settle',
        'settle',
      ),
    }),
  },
);

const kinds = fc.constantFrom<SimulatedKind>('messages', 'cached prompt');

const eventSequence = fc.array(event, { minLength: 3, maxLength: 30 });

/** A crash between two attempts to reserve spending: no model call, and no spending counted. */
const crashWhileReserving: readonly SimulatedEvent[] = [
  { type: 'send', key: 0 },
  { type: 'settle' },
  { type: 'end' },
  { type: 'send', key: 1 },
  { type: 'wait', ms: 80_000 },
  { type: 'crash' },
  { type: 'send', key: 0 },
];

/** Asserts what is true after every sequence of events. */
function checkResult(result: SimulationResult): void {
  const { turns, isLive, emitted, calls, begunIds, received, spending } = result;
  expect(isLive).toBe(false);
  expect(turns.map(({ sequence }) => sequence)).toEqual(turns.map((_, index) => index + 1));
  // The request of a turn whose model was not asked may be repeated.
  const asked = turns.filter(({ isUnanswered }) => isUnanswered !== true);
  const questions = asked.map(({ question }) => messageText(question));
  expect(new Set(questions).size).toBe(questions.length);
  expect(turns.map(({ turnId }) => turnId)).toEqual(expect.arrayContaining([...begunIds]));
  expect(new Set(calls).size).toBe(calls.length);
  const emittedText = (turnId: string): string => emitted.get(turnId) ?? '';
  for (const { turnId, state, answer } of turns) {
    const text = messageText(answer);
    const whole = emittedText(turnId);
    expect(text).toBe(state === 'complete' ? whole : whole.slice(0, text.length));
  }
  for (const [turnId, text] of received) expect(emittedText(turnId)).toContain(text);
  const costs = turns.reduce((total, { cost }) => total + (cost?.nanoUsd ?? 0), 0);
  expect(spending.nanoUsd).toBe(costs);
  expect(spending.turns).toBeGreaterThanOrEqual(calls.length);
  const stored = new Map(turns.map(({ turnId, answer }) => [turnId, messageText(answer)]));
  const followed = received.filter(([turnId, , isFollower]) => isFollower && stored.has(turnId));
  for (const [turnId, text] of followed) expect(text).toBe(stored.get(turnId));
}

test(
  'random sequences of events lose and duplicate nothing, in memory',
  { timeout: rounds * 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(kinds, eventSequence, async (kind, events) => {
        const stores = {
          conversations: createMemoryConversations(),
          log: createMemoryTurnLog(),
          ledger: createMemoryLedger(generousLimits),
        };
        const conversationId = 'c';
        checkResult(await simulateTurns(stores, events, { conversationId, kind }));
      }),
      { numRuns: rounds * 500 },
    );
  },
);

test(
  'random sequences of events lose and duplicate nothing, in DynamoDB',
  { timeout: rounds * 120_000 },
  async () => {
    const stores = {
      conversations: createDynamoConversations(store),
      log: createDynamoTurnLog(store.table),
      ledger: createDynamoLedger(store.table, generousLimits),
    };
    let simulations = 0;
    await fc.assert(
      fc.asyncProperty(kinds, eventSequence, async (kind, events) => {
        simulations += 1;
        const conversationId = `simulation-${simulations}`;
        checkResult(await simulateTurns(stores, events, { conversationId, kind }));
      }),
      {
        numRuns: rounds === 1 ? 120 : rounds * 250,
        examples: [['messages', [...crashWhileReserving]]],
      },
    );
  },
);
