import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn, type LiveTurn } from '#domain/conversation/turn.ts';
import type { Document } from '#domain/document/document.ts';
import type { Task } from '#domain/task/task.ts';
import { createManualClock } from '#local/process/clock.ts';
import { hostStore, isWrite, type HostedStore } from '#test/fixtures/turn-store.ts';
import { generousLimits } from '#test/fixtures/turns.ts';

/*
 * The first response of every write is lost after it was executed. The client repeats the write,
 * which then meets its own effect: the result must be that of a write whose response arrived.
 */

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

/** Returns the table through a client that loses the first response of each write. */
function lossyTable(): { readonly table: Table; lost(): number } {
  let lost = 0;
  const seen = new WeakSet<object>();
  const { table } = store.another({
    attempt: (send) => async (operation, input, signal) => {
      const result = await send(operation, input, signal);
      if (!isWrite(operation) || seen.has(input)) return result;
      seen.add(input);
      lost += 1;
      throw Object.assign(new Error('The response was lost'), { name: 'TimeoutError' });
    },
  });
  return { table, lost: () => lost };
}

const expiresAtMs = 4_000_000_000_000;
const clock = createManualClock(1_000);

const live: Omit<LiveTurn, 'sequence'> = {
  turnId: 't1',
  question: userMessage('Hi'),
  modelId: 'm',
  startedAtMs: 1_000,
  leaseUntilMs: 60_000,
};

const ended = endedTurn(
  { ...live, sequence: 1 },
  {
    state: 'complete',
    answer: assistantMessage('Hello'),
    finishedAtMs: 2_000,
  },
);

const taskOf = (owner: string): Task => ({
  owner,
  taskId: 'task-1',
  state: 'running',
  request: '{}',
  fingerprint: 'f',
  createdAtMs: 1_000,
  expiresAtMs,
});

const documentOf = (owner: string): Document => ({
  owner,
  documentId: 'document-1',
  kind: 'summary',
  state: 'queued',
  name: 'a.txt',
  format: 'txt',
  fingerprint: 'f',
  createdAtMs: 1_000,
  expiresAtMs,
});

type Write = (table: Table, owner: string) => Promise<unknown>;

const conversations = (table: Table) =>
  createDynamoConversations({ table, largeAnswers: store.largeAnswers });

const begin: Write = async (table, owner) => {
  const key = { owner, conversationId: 'c1' };
  const idempotency = { key: 'k', fingerprint: 'f' };
  return conversations(table).begin({ ...key, mode: 'either', turn: live, idempotency });
};

/** Writes, and returns what the write returned and what is stored afterwards. */
const writes: Readonly<Record<string, Write>> = {
  'begin and finish a turn': async (table, owner) => {
    const begun = await begin(table, owner);
    const key = { owner, conversationId: 'c1' };
    await conversations(table).finish(key, ended);
    await conversations(table).summarize({ ...key, turnId: 't1', sequence: 1 }, 'Summary');
    await conversations(table).rate(key, 't1', { rating: 'good', comment: 'Yes' });
    await conversations(table).change(key, { title: 'Title', settings: { model: 'm' } });
    const { items } = await conversations(table).turns(key, { limit: 5 });
    const { owner: _, ...found } = (await conversations(table).find(key)) ?? { owner };
    return { begun, items, found };
  },
  'bind a key, and bind it again': async (table, owner) => {
    const key = { owner, conversationId: 'c2', key: 'k', fingerprint: 'f' };
    const boundKey = { ...key, createdAtMs: 1_000, expiresAtMs };
    const place = { owner, conversationId: 'c1', sequence: 1 };
    const binding = (turnId: string) => ({ turn: { ...place, turnId }, isCached: true });
    const { openKey, bindKey } = conversations(table);
    const results = [
      await openKey(boundKey),
      await bindKey(boundKey, binding('t1')),
      await bindKey(boundKey, binding('t2'), 't1'),
      await openKey(boundKey),
    ];
    return results.map((result) => result?.turn.turnId);
  },
  'delete a conversation': async (table, owner) => {
    await begin(table, owner);
    const key = { owner, conversationId: 'c1' };
    await conversations(table).finish(key, ended);
    await conversations(table).remove(key);
    return conversations(table).find(key);
  },
  'reserve and settle': async (table, owner) => {
    const ledger = createDynamoLedger(table, generousLimits);
    const max = { turns: 1, tokens: 10, nanoUsd: 10 };
    await ledger.reserve({ owner, turnId: 't1', atMs: 1_000, max });
    await ledger.reserve({ owner, turnId: 't2', atMs: 1_000, max });
    await ledger.settle({ owner, turnId: 't1', atMs: 1_000, max }, { ...max, nanoUsd: 3 });
    const closed = await ledger.close({ owner, turnId: 't2', atMs: 1_000 });
    await ledger.correct({ owner, turnId: 't2', atMs: 1_000 }, 4);
    return { closed, days: await ledger.days(owner, 1) };
  },
  'append to a log, ping and seal it': async (table, owner) => {
    const log = createDynamoTurnLog(table);
    const key = { owner, conversationId: 'c1', turnId: 't1', sequence: 1 };
    const events = [{ type: 'text-delta', index: 0, text: 'a' }] as const;
    const marks = await log.append(key, { slot: 1, events, expiresAtMs });
    const ping = await log.ping(key, 'stop', expiresAtMs);
    const stop = await log.marks(key, 2);
    return { marks, slot: ping.slot, stop, sealed: await log.seal(key, expiresAtMs) };
  },
  'submit and end a task': async (table, owner) => {
    const tasks = createDynamoTasks(table);
    const { owner: _, ...submitted } = await tasks.submit(taskOf(owner));
    const end = { state: 'succeeded', finishedAtMs: 2_000 } as const;
    const changed = await tasks.change(taskOf(owner), end, { states: ['running'] });
    return { submitted, state: changed?.state };
  },
  'add and end a document': async (table, owner) => {
    const documents = createDynamoDocuments(table);
    const { owner: _, ...added } = await documents.add(documentOf(owner));
    await documents.change(documentOf(owner), { state: 'running' }, ['queued']);
    return { added, state: (await documents.find(documentOf(owner)))?.state };
  },
  'create and rotate a callback secret': async (table, owner) => {
    const secrets = createDynamoCallbackSecrets(table, clock);
    const [first] = await secrets.read(owner);
    const second = await secrets.rotate(owner);
    const [current, replaced, ...others] = await secrets.read(owner);
    return [current === second, replaced === first, others.length];
  },
};

test.each(Object.entries(writes))('%s: a lost response changes nothing', async (name, write) => {
  const expected = await write(store.table, `${name}, whole`);
  const lossy = lossyTable();
  expect(await write(lossy.table, `${name}, lossy`)).toEqual(expected);
  expect(lossy.lost()).toBeGreaterThan(1);
});
