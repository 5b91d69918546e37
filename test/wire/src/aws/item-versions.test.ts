import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoSearch } from '#aws/conversation/dynamo-search.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import {
  conversationKey,
  documentKey,
  logKey,
  searchKey,
  taskKey,
  turnKey,
  type DynamoKey,
} from '#aws/dynamo/keys.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn } from '#domain/conversation/turn.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

/* Every record in the table carries the version of its format. */

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

const key = { owner: 'ada', conversationId: 'c1' };
const turn = { ...key, turnId: 't1', sequence: 1 };
const task = { owner: 'ada', taskId: 'task1' };
const document = { owner: 'ada', documentId: 'document1' };

interface Row {
  readonly key: DynamoKey;
  write(): Promise<unknown>;
  read(): Promise<unknown>;
}

const rows: Readonly<Record<string, Row>> = {
  conversation: {
    key: conversationKey(key),
    write: begin,
    read: () => createDynamoConversations(store).find(key),
  },
  'turn log': {
    key: logKey(turn, 1),
    write: () =>
      createDynamoTurnLog(store.table).append(turn, { slot: 1, events: [], expiresAtMs: 1e12 }),
    read: () => createDynamoTurnLog(store.table).read(turn, 0),
  },
  turn: {
    key: turnKey(key, 1),
    write: finish,
    read: () => createDynamoConversations(store).turn(turn),
  },
  'search text': {
    key: searchKey(key, 1),
    // It was written with the turn.
    write: () => Promise.resolve(),
    read: () => createDynamoSearch(store).search(key.owner, { words: ['hello'], limit: 1 }),
  },
  task: {
    key: taskKey(task),
    write: () =>
      createDynamoTasks(store.table).submit({
        ...task,
        state: 'queued',
        request: '{}',
        fingerprint: 'f',
        createdAtMs: 1,
        expiresAtMs: 1e12,
      }),
    read: () => createDynamoTasks(store.table).find(task),
  },
  document: {
    key: documentKey(document),
    write: () =>
      createDynamoDocuments(store.table).add({
        ...document,
        kind: 'summary',
        state: 'queued',
        name: 'report.txt',
        format: 'txt',
        fingerprint: 'f',
        createdAtMs: 1,
        expiresAtMs: 1e12,
      }),
    read: () => createDynamoDocuments(store.table).find(document),
  },
};

async function begin(): Promise<unknown> {
  const question = userMessage('Hi');
  const live = { turnId: 't1', question, modelId: 'm', startedAtMs: 1, leaseUntilMs: 1e12 };
  return createDynamoConversations(store).begin({ ...key, mode: 'either', turn: live });
}

async function finish(): Promise<void> {
  const conversations = createDynamoConversations(store);
  const begun = (await conversations.find(key))?.liveTurn;
  if (begun === undefined) throw new Error('The turn did not begin');
  const end = { state: 'complete', answer: assistantMessage('Hello'), finishedAtMs: 2 } as const;
  await conversations.finish(key, endedTurn(begun, end));
}

test.each(Object.entries(rows))('a %s of a newer version is rejected', async (_, row) => {
  const { documents, tableName: TableName } = store;
  await row.write();
  const { Item } = await documents.send(new GetCommand({ TableName, Key: { ...row.key } }));
  expect(Item).toMatchObject({ itemVersion: 2 });
  await expect(row.read()).resolves.toBeDefined();
  await documents.send(new PutCommand({ TableName, Item: { ...Item, itemVersion: 3 } }));
  await expect(row.read()).rejects.toThrow('A newer version of Streambed wrote a stored item');
  await documents.send(new PutCommand({ TableName, Item: { ...Item, itemVersion: undefined } }));
  await expect(row.read()).resolves.toBeDefined();
});
