import type { BeginResult, Conversations, NewTurn } from '#domain/conversation/conversations.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { toTurnItem } from '#aws/conversation/conversation-items.ts';
import { conversationKey, turnKey } from '#aws/dynamo/keys.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { assistantMessage, messageText, userMessage } from '#domain/conversation/message.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { endedTurn, interruptedTurn, type LiveTurn } from '#domain/conversation/turn.ts';
import { cachedPromptIn } from '#test/fixtures/stored-turns.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { eventsOf, memoryPorts, textOf, turnRequest } from '#test/fixtures/turns.ts';

/* Concurrent writers and expired items, in the table of the real template. */

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

const turn = (turnId: string): NewTurn['turn'] => ({
  turnId,
  question: userMessage('Hi'),
  modelId: 'm',
  startedAtMs: 1,
  leaseUntilMs: 1e12,
});

async function begin(
  conversations: Conversations,
  conversationId: string,
  turnId: string,
): Promise<BeginResult> {
  const key = { owner: 'ada', conversationId };
  return conversations.begin({ ...key, mode: 'either', turn: turn(turnId) });
}

async function live(conversations: Conversations, conversationId: string): Promise<LiveTurn> {
  const beginning = await begin(conversations, conversationId, 't1');
  if (beginning.type !== 'begun') throw new Error(beginning.type);
  return beginning.live;
}

test('concurrent requests after a turn that ended but was not released begin exactly one turn', async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = `race-${round}`;
    const begun = await live(createDynamoConversations(store), id);
    const ended = endedTurn(begun, {
      state: 'complete',
      answer: assistantMessage('a'),
      finishedAtMs: 2,
    });
    const { documents, tableName } = store;
    const Item = { ...turnKey({ owner: 'ada', conversationId: id }, 1), ...toTurnItem(ended) };
    await documents.send(new PutCommand({ TableName: tableName, Item }));
    const racing = Array.from({ length: 20 }, (_, index) =>
      begin(createDynamoConversations(store.another()), id, `n${index}`),
    );
    const types = (await Promise.all(racing)).map(({ type }) => type);
    expect(types.filter((type) => type === 'begun')).toHaveLength(1);
    expect(types.filter((type) => type === 'busy')).toHaveLength(19);
  }
});

test('when two workers end a turn with large answers, the first answer is stored whole', async () => {
  const conversations = createDynamoConversations(store);
  const begun = await live(conversations, 'large');
  const key = { owner: 'ada', conversationId: 'large' };
  const firstAnswer = 'x'.repeat(600_000);
  const answer = assistantMessage(firstAnswer);
  await conversations.finish(key, endedTurn(begun, { state: 'complete', answer, finishedAtMs: 9 }));
  const late = interruptedTurn(begun, assistantMessage('x'.repeat(400_000)), 11, 7);
  await expect(conversations.finish(key, late)).rejects.toMatchObject({ code: 'conflict' });
  const stored = await conversations.turn({ ...key, turnId: 't1', sequence: 1 });
  expect(messageText(stored?.answer ?? assistantMessage(''))).toBe(firstAnswer);
});

test('a turn fails when its history cannot be read, and the next turn succeeds', async () => {
  let isThrottled = false;
  const own = store.another({
    request:
      (send) =>
      async (operation, ...others) => {
        if (isThrottled && operation === 'Query') throw new Error('throttled');
        return send(operation, ...others);
      },
  });
  const model = createMemoryModel(saying('Hello'));
  const ports = memoryPorts(model, {
    conversations: createDynamoConversations(own),
    log: createDynamoTurnLog(own.table),
  });
  const ask = (turnId: string) => {
    const conversation = { conversationId: 'unread', mode: 'either' } as const;
    const idempotency = { key: turnId.slice(0, 1), fingerprint: 'f' };
    return eventsOf(runTurn(ports, turnRequest({ turnId, conversation, idempotency })));
  };
  await ask('a');
  isThrottled = true;
  expect((await ask('b')).at(-1)).toMatchObject({ type: 'error', error: { code: 'internal' } });
  isThrottled = false;
  expect(textOf(await ask('c'))).toBe('Hello');
  // The failed request cost nothing, so a retry with the same key is answered.
  expect(textOf(await ask('b2'))).toBe('Hello');
  expect(model.requests).toHaveLength(3);
});

const dayMs = 86_400_000;

test.each([
  ['the turn', turnKey],
  ['the conversation', conversationKey],
] as const)('a cached prompt is answered even if only %s has expired', async (name, keyOf) => {
  const model = createMemoryModel(saying('Hello'));
  const ports = memoryPorts(model, {
    conversations: createDynamoConversations(store),
    log: createDynamoTurnLog(store.table),
  });
  const key = { owner: 'ada', conversationId: `once.${name.replace(' ', '-')}` };
  const ask = (turnId: string) => {
    const { conversationId } = key;
    const expiresAtMs = ports.clock.now() + dayMs;
    return eventsOf(
      runTurn(
        ports,
        turnRequest({
          turnId,
          conversation: { conversationId, mode: 'either', expiresAtMs },
          idempotency: { key: 'cache', fingerprint: 'cache', maxAgeMs: 3_600_000 },
          endsAtMs: ports.clock.now() + 60_000,
        }),
      ),
    );
  };
  await ask('t1');
  await ports.clock.advance(2 * dayMs);
  const { documents, tableName } = store;
  await documents.send(new DeleteCommand({ TableName: tableName, Key: keyOf(key, 1) }));
  for (const turnId of ['t2', 't3']) expect((await ask(turnId)).at(-1)?.type).toBe('turn-stop');
  expect(model.requests).toHaveLength(2);
});

test.each([
  ['its turn', 2, (place: ConversationKey) => turnKey(place, 1)],
  ['the conversation of its turn', 1, conversationKey],
  ['the key', 2, ({ owner }: ConversationKey) => conversationKey({ owner, conversationId: 'c.k' })],
] as const)(
  'the key of a cached prompt is answered even if only %s has expired',
  async (name, calls, keyOf) => {
    const model = createMemoryModel(saying('Hello'));
    const ports = memoryPorts(model, {
      conversations: createDynamoConversations(store),
      log: createDynamoTurnLog(store.table),
    });
    const place = { owner: name, conversationId: 'c' };
    const ask = (turnId: string) => {
      const stored = cachedPromptIn(place, { key: 'k', fingerprint: 'f' });
      const endsAtMs = ports.clock.now() + 60_000;
      return eventsOf(runTurn(ports, turnRequest({ ...stored, owner: name, turnId, endsAtMs })));
    };
    await ask('t1');
    await ports.clock.advance(2 * dayMs);
    const { documents, tableName } = store;
    await documents.send(new DeleteCommand({ TableName: tableName, Key: keyOf(place) }));
    for (const turnId of ['t2', 't3']) expect((await ask(turnId)).at(-1)?.type).toBe('turn-stop');
    expect(model.requests).toHaveLength(calls);
  },
);
