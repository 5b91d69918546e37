import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { uploadedName, type AttachedFile } from '#domain/conversation/attachment.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';
import { toChatError } from '#domain/errors.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { storeFile, toFile } from '#test/fixtures/attached-files.ts';
import type { Crash } from '#test/fixtures/crash-points.ts';
import { createCrashingStore } from '#test/fixtures/crashing-store.ts';
import { storageClients } from '#test/fixtures/stored-data.ts';
import { hostStore, type HostedStore, type OpenStore } from '#test/fixtures/turn-store.ts';
import { eventsOf, memoryPorts, turnRequest, type MemoryPorts } from '#test/fixtures/turns.ts';

let store: HostedStore;
let s3: S3Client;

beforeAll(async () => {
  store = await hostStore();
  ({ s3 } = storageClients(store.system));
});
afterAll(() => store.system.close());

let owners = 0;

function newConversation(): ConversationKey {
  owners += 1;
  return { owner: `owner/${owners}`, conversationId: 'files' };
}

async function upload({ owner }: ConversationKey, file: AttachedFile): Promise<void> {
  const { attachmentId } = file.attachment;
  const Bucket = store.system.state.buckets['Answers'];
  await storeFile(s3, { Bucket, Key: uploadedName({ owner, attachmentId }) }, file);
}

/** Begins a turn whose question has a file. */
async function beginWith(
  key: ConversationKey,
  { attachment }: AttachedFile,
  turnId = 'first',
): Promise<LiveTurn> {
  const question = { role: 'user', content: [attachment] } as const;
  const turn = { turnId, question, modelId: 'm', startedAtMs: 1, leaseUntilMs: 9 };
  const begun = await createDynamoConversations(store).begin({ ...key, mode: 'either', turn });
  if (begun.type !== 'begun') throw new Error(begun.type);
  return begun.live;
}

const completeTurn = (live: LiveTurn): Turn =>
  endedTurn(live, { state: 'complete', answer: assistantMessage('Fine.'), finishedAtMs: 2 });

const crashesAt = (writes: readonly string[]): readonly Crash[] =>
  writes.flatMap((_, atWrite) => (['before', 'after'] as const).map((when) => ({ atWrite, when })));

const files = ['notes.txt', 'cat.png'].map((name) => toFile(name));

/** Removes a conversation with files, in an environment that may crash, and then once more. */
async function removeTwice(crash?: Crash): Promise<readonly string[]> {
  const key = newConversation();
  const other = { ...key, conversationId: 'other' };
  const conversations = createDynamoConversations(store);
  for (const file of files) {
    const { attachmentId } = file.attachment;
    await upload(key, file);
    for (const each of [key, other]) await store.attachments.keep({ ...each, attachmentId }, file);
    await conversations.finish(key, completeTurn(await beginWith(key, file, attachmentId)));
  }
  const crashing = createCrashingStore(store, crash);
  const removing = createDynamoConversations(crashing).remove(key);
  await Promise.race([removing, crashing.crashed]);
  const again = await conversations.remove(key).then(
    () => 'removed',
    (error: unknown) => toChatError(error).code,
  );
  expect(['removed', 'not_found']).toContain(again);
  for (const { attachment } of files) {
    const { attachmentId } = attachment;
    const left = await store.attachments.read({ ...key, attachmentId });
    expect([crash, left]).toEqual([crash, undefined]);
    expect(await store.attachments.read({ ...other, attachmentId })).toMatchObject({ attachment });
  }
  return crashing.writes;
}

test('a conversation goes with its files, wherever its deletion crashes', async () => {
  const writes = await removeTwice();
  expect(writes.filter((name) => name === 'DeleteObject')).toHaveLength(4);
  for (const crash of crashesAt(writes)) await removeTwice(crash);
});

test('a turn with a file that ends after its conversation was deleted leaves none', async () => {
  const key = newConversation();
  const file = toFile('late.txt');
  const conversations = createDynamoConversations(store);
  const live = await beginWith(key, file);
  await conversations.finish(key, { ...completeTurn(live), state: 'interrupted' });
  await conversations.remove(key);
  const kept = { ...key, attachmentId: 'late.txt' };
  await store.attachments.keep(kept, file);
  await expect(conversations.finish(key, completeTurn(live))).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(await store.attachments.read(kept)).toBeUndefined();
});

const model = createMemoryModel(saying('Fine.'));

function portsOf(own: OpenStore): MemoryPorts {
  const { attachments, table } = own;
  const conversations = createDynamoConversations(own);
  return memoryPorts(model, { attachments, conversations, log: createDynamoTurnLog(table) });
}

/** Sends a message with a file, and again after a crash. Returns the writes of the first attempt. */
async function sendTwice(crash?: Crash): Promise<readonly string[]> {
  const key = newConversation();
  const file = toFile('notes.txt');
  await upload(key, file);
  const question = userMessage('Read');
  const input = { type: 'message', question, attachmentIds: ['notes.txt'] } as const;
  const idempotency = { key: 'k', fingerprint: 'f' };
  const { owner, conversationId } = key;
  const request = (turnId: string) =>
    turnRequest({
      owner,
      turnId,
      conversation: { conversationId, mode: 'either' },
      input,
      idempotency,
    });
  const crashing = createCrashingStore(store, crash);
  const asked = model.requests.length;
  const sending = eventsOf(runTurn(portsOf(crashing), request('first')));
  await Promise.race([sending, crashing.crashed]);
  const wasAsked = model.requests.length > asked;
  const again = portsOf(store);
  await again.clock.advance(120_000);
  await eventsOf(runTurn(again, { ...request('again'), endsAtMs: 300_000 }));
  const kept = { ...key, attachmentId: 'notes.txt' };
  // The upload expires. A conversation has its own copy before the model is asked.
  if (wasAsked) await store.largeAnswers.remove(uploadedName(kept));
  expect([crash, (await store.attachments.read(kept))?.bytes]).toEqual([crash, file.bytes]);
  const { items } = await again.conversations.turns(key, { limit: 5 });
  expect(items.map((turn) => turn.question.content[0])).toEqual(items.map(() => file.attachment));
  return crashing.writes;
}

test('a message with a file loses neither, wherever its worker crashes', async () => {
  const writes = await sendTwice();
  expect(writes).toContain('PutObject');
  for (const crash of crashesAt(writes)) await sendTwice(crash);
});
