import type { BeginResult } from '#domain/conversation/conversations.ts';
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoSearch } from '#aws/conversation/dynamo-search.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { findTexts } from '#aws/conversation/search-texts.ts';
import { conversationKey } from '#aws/dynamo/keys.ts';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';
import { describeBoundKeys } from '#test/suites/bound-keys-suite.ts';
import { describeContents } from '#test/suites/conversation-contents-suite.ts';
import { describeConversations } from '#test/suites/conversations-suite.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { describeSearch, searchAll, storeTurn } from '#test/suites/search-suite.ts';
import { describeTurnLogs } from '#test/suites/turn-log-suite.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});

afterAll(() => store.system.close());

describeConversations(() => createDynamoConversations(store));
describeContents(() => createDynamoConversations(store));
describeBoundKeys(() => createDynamoConversations(store));
describeTurnLogs(() => createDynamoTurnLog(store.table));
describeSearch(() => ({
  conversations: createDynamoConversations(store),
  ...createDynamoSearch(store),
}));

test('a cursor that no page returned is rejected', async () => {
  const conversations = createDynamoConversations(store);
  const page = { limit: 2, cursor: 'OWNER#other' };
  await expect(conversations.list('ada', page)).rejects.toMatchObject({ code: 'invalid_request' });
  const turns = conversations.turns({ owner: 'ada', conversationId: 'c' }, page);
  await expect(turns).rejects.toMatchObject({ code: 'invalid_request' });
  const found = createDynamoSearch(store).search('ada', { ...page, words: ['x'] });
  await expect(found).rejects.toMatchObject({ code: 'invalid_request' });
});

test('reading a malformed item throws an error', async () => {
  const { documents, tableName } = store;
  const Item = { pk: 'TURNS#ada#broken', sk: 'TURN#00000001', turnId: 7 };
  await documents.send(new PutCommand({ TableName: tableName, Item }));
  const conversations = createDynamoConversations(store);
  const key = { owner: 'ada', conversationId: 'broken' };
  await expect(conversations.turns(key, { limit: 1 })).rejects.toThrow('malformed at turnId');
});

const key = { owner: 'ada/1', conversationId: 'large' };

function begin(turnId: string, leaseUntilMs = 1_000): Promise<BeginResult> {
  const turn = { turnId, question: userMessage('Hi'), modelId: 'm', startedAtMs: 1, leaseUntilMs };
  return createDynamoConversations(store).begin({ ...key, mode: 'either', turn });
}

async function live(turnId: string): Promise<LiveTurn> {
  const beginning = await begin(turnId);
  if (beginning.type !== 'begun') throw new Error(beginning.type);
  return beginning.live;
}

const completeTurn = (begun: LiveTurn, text: string): Turn =>
  endedTurn(begun, { state: 'complete', answer: assistantMessage(text), finishedAtMs: 2 });

test('a turn that ends after its conversation was deleted leaves no content', async () => {
  const conversations = createDynamoConversations(store);
  const begun = await live('late');
  const recovered = endedTurn(begun, {
    state: 'interrupted',
    answer: assistantMessage(''),
    finishedAtMs: 3,
  });
  await conversations.finish(key, recovered);
  await conversations.remove(key);
  for (const text of ['a late answer', '遅い'.repeat(100_000)]) {
    const late = conversations.finish(key, completeTurn(begun, text));
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  }
  const { items } = await conversations.turns(key, { limit: 10 });
  expect(items.map(({ question, answer }) => [question.content, answer.content])).toEqual([
    [[], []],
  ]);
  const { Items = [] } = await store.documents.send(
    new ScanCommand({ TableName: store.tableName }),
  );
  expect(JSON.stringify(Items)).not.toContain('a late answer');
});

test('an answer above the item size limit is stored whole, read back and removed', async () => {
  const conversations = createDynamoConversations(store);
  const text = '長い答え。'.repeat(100_000);
  await conversations.finish(key, completeTurn(await live('t1'), text));
  const { items } = await conversations.turns(key, { limit: 10 });
  expect(items[0]?.answer).toEqual(assistantMessage(text));
  expect(await conversations.rate(key, 't1', { rating: 'good' })).toBe(true);
  const rated = (await conversations.turns(key, { limit: 1 })).items[0];
  expect(rated).toEqual({ ...items[0], feedback: { rating: 'good' } });
  const again = await begin('t2');
  expect(again.type === 'begun' && again.recent?.items[0]?.answer).toEqual(assistantMessage(text));
  if (again.type === 'begun') await conversations.finish(key, completeTurn(again.live, 'short'));
  const log = createDynamoTurnLog(store.table);
  const entry = { slot: 1, events: [{ type: 'text-delta', index: 0, text: 'x' }], expiresAtMs: 9 };
  await log.append({ ...key, turnId: 't2', sequence: 2 }, entry as never);
  await conversations.remove(key);
  await expect(store.largeAnswers.get('answers/ada%2F1/large/t1.json')).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
  const { documents, tableName: TableName } = store;
  const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
  expect(Items.filter(({ pk }) => String(pk).includes('large'))).toEqual([]);
});

test('an ended turn that was not released blocks neither the next turn nor removal', async () => {
  const { documents, tableName } = store;
  const conversations = createDynamoConversations(store);
  for (const turnId of ['t1', 't2']) {
    const begun = await live(turnId);
    // The worker stored the end of the turn and crashed before it released the conversation.
    await documents.send(
      new PutCommand({
        TableName: tableName,
        Item: {
          ...completeTurn(begun, 'done'),
          pk: 'TURNS#ada%2F1#large',
          sk: `TURN#${String(begun.sequence).padStart(8, '0')}`,
        },
      }),
    );
  }
  await conversations.remove(key);
  expect(await conversations.find(key)).toBeUndefined();
});

test('a conversation keeps only its newest idempotency keys', async () => {
  const conversations = createDynamoConversations(store);
  const ask = async (index: number): Promise<BeginResult> => {
    const turnId = `t${String(index).padStart(4, '0')}`;
    const turn = {
      turnId,
      question: userMessage('Hi'),
      modelId: 'm',
      startedAtMs: 1,
      leaseUntilMs: 9,
    };
    const idempotency = { key: `k${index}`, fingerprint: 'f' };
    const beginning = await conversations.begin({ ...key, mode: 'either', turn, idempotency });
    if (beginning.type === 'begun')
      await conversations.finish(key, completeTurn(beginning.live, 'x'));
    return beginning;
  };
  for (let index = 0; index < 16; index += 1) await ask(index);
  expect(await ask(8)).toMatchObject({ type: 'attached', key: { turnId: 't0008' } });
  expect((await ask(3)).type).toBe('begun');
});

test('a search reads a bounded number of conversations before it returns a cursor', async () => {
  const conversations = createDynamoConversations(store);
  const { search } = createDynamoSearch(store);
  const owner = 'many';
  await storeTurn(conversations, owner, { conversationId: 'oldest', question: 'Lake' });
  // Stored by an earlier version, which had no texts for searches.
  const earlier = Array.from({ length: 210 }, (_, index) => ({
    conversationId: `c${index}`,
    title: `River ${index}`,
    createdAtMs: 200,
    updatedAtMs: 200 + index,
  }));
  await Promise.all(
    earlier.map((item) => {
      const { pk, sk } = conversationKey({ owner, conversationId: item.conversationId });
      return store.table.put({ Item: { ...item, pk, sk } });
    }),
  );
  const first = await search(owner, { words: ['lake'], limit: 5 });
  expect(first).toEqual({ items: [], cursor: '210.c10' });
  const found = await searchAll(search, owner, 'lake');
  expect(found.map(({ conversation }) => conversation.conversationId)).toEqual(['oldest']);
  expect(await searchAll(search, owner, 'river 209')).toEqual([
    { conversation: expect.objectContaining({ conversationId: 'c209' }) },
  ]);
});

test('a word is found in a conversation of more than a megabyte', async () => {
  const conversations = createDynamoConversations(store);
  const { search } = createDynamoSearch(store);
  const [owner, conversationId] = ['long', 'c'];
  const first = await storeTurn(conversations, owner, { conversationId, question: 'Lake' });
  const long = 'x'.repeat(32_000);
  for (let turn = 0; turn < 18; turn += 1) {
    await storeTurn(conversations, owner, { conversationId, question: long, answer: long });
  }
  expect(await searchAll(search, owner, 'lake')).toMatchObject([{ turnId: first }]);
  // Half a unit for each 4 KB, by which the work of a request is limited.
  const { units } = await findTexts(store.table, { owner, conversationId }, ['lake']);
  expect(units).toBeGreaterThan(128);
});
