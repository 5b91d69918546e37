import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemoryTurnLog } from '#test/doubles/memory-turn-log.ts';
import { messageText } from '#domain/conversation/message.ts';
import { tellStory, type Happening, type Outcome } from '#test/fixtures/turn-story.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { generousLimits } from '#test/fixtures/turns.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('ask'), key: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('say'),
      text: fc.string({ minLength: 1, maxLength: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('pass'), ms: fc.constantFrom(300, 1_000, 80_000) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      type: fc.constantFrom('end', 'stop', 'recover', 'follow', 'crash', 'settle', 'settle'),
    }),
  },
);

const story = fc.array(happening, { minLength: 3, maxLength: 30 });

/** A crash between two tries to set something aside: the model is not asked, and nothing counted. */
const diesAsking: readonly Happening[] = [
  { type: 'ask', key: 0 },
  { type: 'settle' },
  { type: 'end' },
  { type: 'ask', key: 1 },
  { type: 'pass', ms: 80_000 },
  { type: 'crash' },
  { type: 'ask', key: 0 },
];

/** What holds after every story. */
function check({ turns, isLive, said, calls, begun, heard, spent }: Outcome): void {
  expect(isLive).toBe(false);
  expect(turns.map(({ sequence }) => sequence)).toEqual(turns.map((_, index) => index + 1));
  // A time that went back may leave no room in a minute that is over: nothing was asked then.
  const asked = turns.filter(({ errorCode }) => errorCode !== 'quota_exceeded');
  const questions = asked.map(({ question }) => messageText(question));
  expect(new Set(questions).size).toBe(questions.length);
  const kept = turns.map(({ question }) => messageText(question));
  for (const key of begun) expect(kept).toContain(`Q${key}`);
  expect(new Set(calls).size).toBe(calls.length);
  const wholeOf = (turnId: string): string => said.get(turnId) ?? '';
  for (const { turnId, state, answer } of turns) {
    const text = messageText(answer);
    const whole = wholeOf(turnId);
    expect(text).toBe(state === 'complete' ? whole : whole.slice(0, text.length));
  }
  for (const [turnId, text] of heard) expect(wholeOf(turnId)).toContain(text);
  const sure = turns.filter(({ state }) => state !== 'interrupted');
  const costs = sure.reduce((total, { cost }) => total + (cost?.nanoUsd ?? 0), 0);
  // What a crash left open stays set aside: never less is counted than was paid.
  expect(spent.nanoUsd).toBeGreaterThanOrEqual(costs);
  expect(spent.turns).toBeGreaterThanOrEqual(calls.length);
  const stored = new Map(turns.map(({ turnId, answer }) => [turnId, messageText(answer)]));
  const followed = heard.filter(([turnId, , isFollower]) => isFollower && stored.has(turnId));
  for (const [turnId, text] of followed) expect(text).toBe(stored.get(turnId));
}

test(
  'whatever happens in memory, in whatever order, nothing is lost or doubled',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const kept = {
          conversations: createMemoryConversations(),
          log: createMemoryTurnLog(),
          ledger: createMemoryLedger(generousLimits),
        };
        check(await tellStory(kept, happenings, 'c'));
      }),
      { numRuns: 1_000 },
    );
  },
);

test(
  'whatever happens in DynamoDB, in whatever order, nothing is lost or doubled',
  { timeout: 120_000 },
  async () => {
    const kept = {
      conversations: createDynamoConversations(store),
      log: createDynamoTurnLog(store.table),
      ledger: createDynamoLedger(store.table, generousLimits),
    };
    let stories = 0;
    await fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        stories += 1;
        check(await tellStory(kept, happenings, `story-${stories}`));
      }),
      { numRuns: 1_000, examples: [[[...diesAsking]]] },
    );
  },
);
