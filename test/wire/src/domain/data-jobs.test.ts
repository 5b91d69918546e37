import { afterAll, beforeAll, expect, test } from 'vitest';
import { createS3, type OpenS3 } from '#aws/request/open-s3.ts';
import * as keys from '#aws/dynamo/keys.ts';
import type { Clock } from '#domain/clock.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { DataJob, DataJobKind } from '#domain/data/data-job.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { newId } from '#api/http/ids.ts';
import { generousLimits } from '#test/fixtures/turns.ts';
import { dayOf } from '#domain/spending/ledger.ts';
import { createVirtualClock } from '#local/process/clock.ts';
import type { Crash } from '#test/fixtures/crash-points.ts';
import { deliverAll, openDataWorker, type DataBench } from '#test/fixtures/data-workers.ts';
import { rounds } from '#test/fixtures/rounds.ts';
import { readEverything, storageClients, type StorageClients } from '#test/fixtures/stored-data.ts';
import { counters, fileIn, messagesOf, storeOwner } from '#test/fixtures/stored-owner.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

/*
 * Lambda can kill the worker of an export or a deletion at any moment. Each test kills it at every
 * write, or loses the response of every write. Then the message is delivered again.
 */

let store: HostedStore;
let clients: StorageClients;
let s3: OpenS3;

beforeAll(async () => {
  store = await hostStore();
  clients = storageClients(store.system);
  const { endpoints, region, credentials } = store.system.state;
  s3 = createS3({ endpoint: endpoints.aws, region, credentials, forcePathStyle: true });
});
afterAll(() => store.system.close());

let owners = 0;

interface Run extends DataBench {
  readonly name: string;
  readonly owner: string;
}

const startMs = Date.UTC(2026, 10, 30, 12);

async function createRun(clock: Clock = createVirtualClock(startMs)): Promise<Run> {
  owners += 1;
  const name = `canary${owners}x`;
  const owner = await storeOwner(store.system, clients, name, clock.now());
  const workflows = { describe: async () => ({ state: 'succeeded' }) as const };
  return { system: store.system, clock, messages: [], s3, workflows, name, owner };
}

async function begin(run: Run, kind: DataJobKind, jobId: string = kind): Promise<DataJob> {
  const { owner, clock, messages } = run;
  const createdAtMs = clock.now();
  const job = await openDataWorker(run).jobs.begin({
    owner,
    kind,
    jobId,
    state: 'queued',
    createdAtMs,
    expiresAtMs: createdAtMs + 1e9,
    step: 0,
    parts: [],
  });
  messages.push(job);
  return job;
}

async function readJob(run: Run, kind: DataJobKind): Promise<DataJob | undefined> {
  return openDataWorker(run).jobs.find({ owner: run.owner, kind, jobId: kind });
}

/** Returns every write with every fault in `npm run test:long`; otherwise a few of each. */
function crashesAt(writes: readonly string[], every: number): readonly Crash[] {
  const faults = ['before', 'after', 'response lost', 'responses lost'] as const;
  const all = writes.flatMap((_, atWrite) => faults.map((when) => ({ atWrite, when })));
  return rounds > 1 ? all : all.filter((_, at) => at % every === 0);
}

test('a deletion is complete wherever its worker crashes, and leaves the counters', async () => {
  const bystander = await createRun();
  const check = async (crash?: Crash): Promise<readonly string[]> => {
    const run = await createRun(createSlowClock(2_000));
    await begin(run, 'deletion');
    const writes = await deliverAll(run, crash);
    const left = await leftOf(run);
    expect([crash, left.map(([sk]) => sk)]).toEqual([
      crash,
      ['DELETION#deletion', 'LATEST_DATA_JOB', keys.spendingKey('', dayOf(run.clock.now())).sk],
    ]);
    expect(left.find(([sk]) => sk.startsWith('SPENDING'))?.[1]).toMatchObject(counters);
    const { state, counts = {} } = (await readJob(run, 'deletion')) ?? {};
    expect([crash, state]).toEqual([crash, 'complete']);
    expect(counts).toMatchObject({
      conversations: { done: 2, total: 2 },
      tasks: { done: 1, total: 1 },
      documents: { done: 1, total: 1 },
      exports: { done: 1, total: 1 },
      sessions: { done: 1, total: 1 },
      page_sessions: { done: 1, total: 1 },
      spending_days: { done: 1, total: 1 },
    });
    return writes;
  };
  const writes = await check();
  expect(writes.length).toBeGreaterThan(25);
  expect(writes).toContain('SendMessage');
  for (const crash of crashesAt(writes, 17)) await check(crash);
  const everything = (await readEverything(store.system, clients)).join('\n');
  for (const message of messagesOf(bystander.name)) expect(everything).toContain(message);
}, 600_000);

/** Returns the items and objects that have the name of an owner in them, by their sort keys. */
async function leftOf({ name }: Run): Promise<readonly (readonly [string, object])[]> {
  const all = await readEverything(store.system, clients);
  const found = all.filter((text) => text.includes(name));
  const items = found.map((text) => {
    const item = text.startsWith('{') ? (JSON.parse(text) as { sk: string }) : { sk: text };
    return [item.sk, item] as const;
  });
  return items.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

test('an export has every message once and in order, wherever its worker crashes', async () => {
  const check = async (crash?: Crash): Promise<readonly string[]> => {
    const run = await createRun(createSlowClock(2_000));
    await begin(run, 'export');
    const writes = await deliverAll(run, crash);
    const { state, parts = [] } = (await readJob(run, 'export')) ?? {};
    expect([crash, state]).toEqual([crash, 'complete']);
    const files = await filesOf(parts);
    for (const format of ['json', 'md']) {
      const own = files.filter((text) => text.includes(`.${format} `));
      expect([crash, messagesIn(own)]).toEqual([crash, messagesOf(run.name)]);
      const file = own.join('\n');
      for (const what of ['task', 'note', 'session']) expect(file).toContain(`${what} ${run.name}`);
      expect(file).toContain(fileIn(run.name, format));
    }
    return writes;
  };
  const writes = await check();
  for (const crash of crashesAt(writes, 5)) await check(crash);
}, 600_000);

/** Returns the files of the parts of an export, in their order. */
async function filesOf(parts: readonly string[]): Promise<readonly string[]> {
  const everything = await readEverything(store.system, clients);
  return parts.flatMap((part) => everything.filter((text) => text.includes(`/${part}.`)));
}

/** In JSON, an answer is the text of a block of its turn, too. */
function messagesIn(files: readonly string[]): readonly string[] {
  const found = files.join('\n').matchAll(/(?<!"text": ")(?:question|answer) canary\d+x \S+ \d/gu);
  return [...found].map(([text]) => text);
}

/** A clock on which everything takes long: reading it moves it. */
function createSlowClock(stepMs: number): Clock {
  const clock = createVirtualClock(startMs);
  let reads = 0;
  const now = (): number => clock.now() + stepMs * (reads += 1);
  return { ...clock, now };
}

test('work that takes longer than an invocation is continued by the next message', async () => {
  const run = await createRun(createSlowClock(10_000));
  await begin(run, 'export');
  await deliverAll(run);
  const { state, parts = [], counts = {} } = (await readJob(run, 'export')) ?? {};
  expect(state).toBe('complete');
  expect(parts.length).toBeGreaterThan(2);
  expect(counts.conversations).toEqual({ done: 2, total: 2 });
  await begin(run, 'deletion');
  await deliverAll(run);
  expect((await readJob(run, 'deletion'))?.step).toBeGreaterThan(2);
  expect(await leftOf(run)).toHaveLength(3);
});

test('an owner has one export or deletion at a time, and a key always finds the same one', async () => {
  const run = await createRun();
  const first = await begin(run, 'export');
  expect(await begin(run, 'export', 'second')).toEqual(first);
  await expect(begin(run, 'deletion')).rejects.toMatchObject({ code: 'conflict' });
  await deliverAll(run);
  const ended = await begin(run, 'export');
  expect(ended).toMatchObject({ jobId: 'export', state: 'complete' });
  expect(await begin(run, 'export', 'second')).toEqual(ended);
  expect(await begin(run, 'deletion')).toMatchObject({ state: 'queued' });
  await deliverAll(run);
  expect(await leftOf(run)).toHaveLength(3);
});

test('a job that was given up continues with its message, unless another one has begun', async () => {
  const run = await createRun();
  const { messages } = run;
  await begin(run, 'deletion');
  const [message] = messages;
  if (message === undefined) throw new Error('There is no message');
  const failing = openDataWorker({ ...run, workflows: failingWorkflows });
  expect(await failing.deliver(message, { isLast: true })).toBe('again');
  expect(await readJob(run, 'deletion')).toMatchObject({ state: 'failed' });
  const second = await begin(run, 'deletion', 'second');
  expect(second).toMatchObject({ jobId: 'second', state: 'queued' });
  // The message of the first one is sent back from the queue of dead letters.
  expect(await openDataWorker(run).deliver(message)).toBe('done');
  expect(await readJob(run, 'deletion')).toMatchObject({ state: 'failed' });
  await deliverAll(run);
  const left = (await leftOf(run)).map(([sk]) => sk.split('#')[0]);
  expect(left).toEqual(['DELETION', 'DELETION', 'LATEST_DATA_JOB', 'SPENDING']);
});

const failingWorkflows: DataBench['workflows'] = {
  async describe() {
    throw new Error('Step Functions does not answer');
  },
};

test('what runs is waited for: a turn until its lease ends, a workflow until it ends', async () => {
  let describes = 0;
  const workflows: DataBench['workflows'] = {
    describe: async () => ({ state: (describes += 1) < 4 ? 'running' : 'succeeded' }),
  };
  const run = { ...(await createRun()), workflows };
  const { owner, clock } = run;
  const leaseUntilMs = clock.now() + 30_000;
  const { conversations } = openDataWorker(run).data;
  const turn = { turnId: 'live', question: userMessage(`live ${run.name}`), modelId: 'm' };
  await conversations.begin({
    owner,
    conversationId: 'c1',
    mode: 'existing',
    turn: { ...turn, startedAtMs: clock.now(), leaseUntilMs },
  });
  await begin(run, 'deletion');
  await deliverAll(run);
  expect(clock.now()).toBeGreaterThan(leaseUntilMs);
  expect(describes).toBe(4);
  expect(await leftOf(run)).toHaveLength(3);
});

test('requests that are not stored are waited for, because they may write notes and sessions', async () => {
  const run = await createRun();
  const { owner, clock } = run;
  const { reservations, ledger } = openDataWorker(run).data;
  const turnId = newId(clock.now() - 1_000);
  const key = { owner, turnId, atMs: clock.now() };
  await createDynamoLedger(store.table, generousLimits).reserve({
    ...key,
    max: { turns: 0, tokens: 0, nanoUsd: 5 },
  });
  await begin(run, 'deletion');
  for (let step = 0; step < 5; step += 1) {
    for (const next of run.messages.splice(0)) await openDataWorker(run).deliver(next);
  }
  expect(await readJob(run, 'deletion')).toMatchObject({
    state: 'running',
    cursor: { kind: 'sessions' },
  });
  await reservations.close(key);
  await deliverAll(run);
  expect(await leftOf(run)).toHaveLength(3);
  expect(await ledger.days(owner, 9)).toMatchObject([{ nanoUsd: counters.nanoUsd + 5 }]);
});

test('what begins after a deletion was requested stays', async () => {
  const run = await createRun();
  const { owner, clock } = run;
  await begin(run, 'deletion');
  await clock.sleep(1);
  const { conversations } = openDataWorker(run).data;
  const question = userMessage(`new ${run.name}`);
  const times = { startedAtMs: clock.now(), leaseUntilMs: clock.now() + 1 };
  const turn = { turnId: 'new', question, modelId: 'm', ...times };
  await conversations.begin({ owner, conversationId: 'new', mode: 'new', turn });
  await deliverAll(run);
  expect(await conversations.find({ owner, conversationId: 'new' })).toMatchObject({
    liveTurn: { question },
  });
  expect(await leftOf(run)).toHaveLength(4);
});
