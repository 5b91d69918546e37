import type { BeginResult } from '#domain/conversation/conversations.ts';
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { uploadedName } from '#domain/conversation/attachment.ts';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';
import { describeBoundKeys } from '#test/suites/bound-keys-suite.ts';
import { describeConversations } from '#test/suites/conversations-suite.ts';
import { storeFile, toFile } from '#test/fixtures/attached-files.ts';
import type { Crash } from '#test/fixtures/crash-points.ts';
import { createCrashingStore } from '#test/fixtures/crashing-store.ts';
import { storageClients } from '#test/fixtures/stored-data.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { describeTurnLogs } from '#test/suites/turn-log-suite.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});

afterAll(() => store.system.close());

describeConversations(() => createDynamoConversations(store));
describeBoundKeys(() => createDynamoConversations(store));
describeTurnLogs(() => createDynamoTurnLog(store.table));

test('a cursor that no page returned is rejected', async () => {
  const conversations = createDynamoConversations(store);
  const page = { limit: 2, cursor: 'OWNER#other' };
  await expect(conversations.list('ada', page)).rejects.toMatchObject({ code: 'invalid_request' });
  const turns = conversations.turns({ owner: 'ada', conversationId: 'c' }, page);
  await expect(turns).rejects.toMatchObject({ code: 'invalid_request' });
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

test('a conversation goes with its files, wherever its deletion crashes', async () => {
  const { s3 } = storageClients(store.system);
  const Bucket = store.system.state.buckets['Answers'];
  const files = ['notes.txt', 'cat.png'].map((name) => toFile(name));
  let owners = 0;
  const removeAll = async (crash?: Crash): Promise<readonly string[]> => {
    owners += 1;
    const owned = { owner: `owner/${owners}`, conversationId: 'files' };
    const other = { ...owned, conversationId: 'other' };
    for (const file of files) {
      const { attachment } = file;
      const { attachmentId } = attachment;
      await storeFile(s3, { Bucket, Key: uploadedName({ ...owned, attachmentId }) }, file);
      for (const each of [owned, other]) {
        await store.attachments.keep({ ...each, attachmentId }, file);
      }
      const question = { role: 'user', content: [attachment] } as const;
      const turn = {
        turnId: attachmentId,
        question,
        modelId: 'm',
        startedAtMs: 1,
        leaseUntilMs: 9,
      };
      const begun = await createDynamoConversations(store).begin({
        ...owned,
        mode: 'either',
        turn,
      });
      if (begun.type !== 'begun') throw new Error(begun.type);
      await createDynamoConversations(store).finish(owned, completeTurn(begun.live, 'Fine.'));
    }
    const crashing = createCrashingStore(store, crash);
    const removing = createDynamoConversations(crashing).remove(owned);
    await Promise.race([removing.catch(() => undefined), crashing.crashed]);
    await createDynamoConversations(store)
      .remove(owned)
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'not_found' }));
    for (const { attachment } of files) {
      const { attachmentId } = attachment;
      const left = await store.attachments.read({ ...owned, attachmentId });
      expect([crash, left]).toEqual([crash, undefined]);
      expect(await store.attachments.read({ ...other, attachmentId })).toMatchObject({
        attachment,
      });
    }
    return crashing.writes;
  };
  const writes = await removeAll();
  expect(writes.filter((name) => name === 'DeleteObject')).toHaveLength(4);
  for (const atWrite of writes.keys()) {
    for (const when of ['before', 'after'] as const) await removeAll({ atWrite, when });
  }
});

test('a turn with files that ends after its conversation was deleted leaves none', async () => {
  const file = toFile('late.txt');
  const question = { role: 'user', content: [file.attachment] } as const;
  const turn = { turnId: 'late', question, modelId: 'm', startedAtMs: 1, leaseUntilMs: 9 };
  const late = { ...key, conversationId: 'late' };
  const conversations = createDynamoConversations(store);
  const begun = await conversations.begin({ ...late, mode: 'new', turn });
  if (begun.type !== 'begun') throw new Error(begun.type);
  const recovered = { ...completeTurn(begun.live, ''), state: 'interrupted' } as const;
  await conversations.finish(late, recovered);
  await conversations.remove(late);
  await store.attachments.keep({ ...late, attachmentId: 'late.txt' }, file);
  const end = conversations.finish(late, completeTurn(begun.live, 'Too late'));
  await expect(end).rejects.toMatchObject({ code: 'conflict' });
  expect(await store.attachments.read({ ...late, attachmentId: 'late.txt' })).toBeUndefined();
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
