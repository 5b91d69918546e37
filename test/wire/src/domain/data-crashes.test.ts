import { afterAll, beforeAll, expect, test } from 'vitest';
import { createS3, type OpenS3 } from '#aws/data/s3-owned-files.ts';
import * as keys from '#aws/dynamo/keys.ts';
import type { DataJob, DataJobKind } from '#domain/data/data-job.ts';
import { dayOf } from '#domain/spending/ledger.ts';
import { createVirtualClock } from '#local/process/clock.ts';
import type { Crash } from '#test/fixtures/crash-points.ts';
import { deliverAll, openDataWorker, type DataBench } from '#test/fixtures/data-workers.ts';
import { rounds } from '#test/fixtures/rounds.ts';
import { readEverything, storageClients, type StorageClients } from '#test/fixtures/stored-data.ts';
import { counters, messagesOf, storeOwner } from '#test/fixtures/stored-owner.ts';
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

async function createRun(): Promise<Run> {
  owners += 1;
  const name = `canary${owners}x`;
  const clock = createVirtualClock(Date.UTC(2026, 10, 30, 12));
  const owner = await storeOwner(store.system, clients, name, clock.now());
  const workflows = { describe: async () => ({ state: 'succeeded' }) as const };
  return { system: store.system, clock, messages: [], s3, workflows, name, owner };
}

async function begin(run: Run, kind: DataJobKind, jobId = kind): Promise<DataJob> {
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
    const run = await createRun();
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
    const run = await createRun();
    await begin(run, 'export');
    const writes = await deliverAll(run, crash);
    const { state, parts = [] } = (await readJob(run, 'export')) ?? {};
    expect([crash, state, parts.length]).toEqual([crash, 'complete', 1]);
    const files = (await readEverything(store.system, clients)).filter(
      (text) => text.includes('/exports/') && text.includes(`/${parts[0]}.`),
    );
    expect(files).toHaveLength(2);
    for (const file of files) {
      const found = [...file.matchAll(/(?:question|answer) canary\d+x \S+ \d/gu)].map(
        ([text]) => text,
      );
      expect([crash, found]).toEqual([crash, messagesOf(run.name)]);
      for (const text of [`task ${run.name}`, `note ${run.name}`, `session ${run.name}`]) {
        expect(file).toContain(text);
      }
    }
    return writes;
  };
  const writes = await check();
  for (const crash of crashesAt(writes, 5)) await check(crash);
}, 600_000);
