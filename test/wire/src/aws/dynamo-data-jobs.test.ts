import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoDataJobs } from '#aws/data/dynamo-data-jobs.ts';
import type { DataJob, DataJobs } from '#domain/data/data-job.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

let store: HostedStore;
let jobs: DataJobs;

beforeAll(async () => {
  store = await hostStore();
  jobs = createDynamoDataJobs(store.table);
});
afterAll(() => store.system.close());

const lifetimeMs = 1_000_000;

const jobOf = (owner: string, kind: DataJob['kind'], jobId: string, atMs: number): DataJob => ({
  owner,
  kind,
  jobId,
  state: 'queued',
  createdAtMs: atMs,
  expiresAtMs: atMs + lifetimeMs,
  step: 0,
  parts: [],
});

async function complete(job: DataJob, nowMs: number): Promise<void> {
  const claim = { worker: 'w', step: 0, nowMs, leaseUntilMs: nowMs + 1 };
  expect(await jobs.claim(job, claim)).toMatchObject({ type: 'claimed' });
  await jobs.save(job, 'w', { state: 'complete', finishedAtMs: nowMs });
}

test('a request that had to wait is about what exists when it is accepted', async () => {
  const running = await jobs.begin(jobOf('ada', 'export', 'e1', 1_000));
  const refused = jobs.begin(jobOf('ada', 'deletion', 'd1', 2_000));
  await expect(refused).rejects.toMatchObject({ code: 'conflict' });
  await complete(running, 3_000);
  const accepted = await jobs.begin(jobOf('ada', 'deletion', 'd1', 4_000));
  expect(accepted).toMatchObject({ createdAtMs: 4_000, expiresAtMs: 4_000 + lifetimeMs });
  // From then on it is the same request, however often it is repeated.
  const repeated = await jobs.begin(jobOf('ada', 'deletion', 'd1', 5_000));
  expect(repeated.createdAtMs).toBe(4_000);
  expect((await jobs.find(accepted))?.createdAtMs).toBe(4_000);
});

test('the key of an expired job begins a new one, although its item is still there', async () => {
  const first = await jobs.begin(jobOf('bob', 'export', 'e1', 1_000));
  await complete(first, 2_000);
  const again = await jobs.begin(jobOf('bob', 'export', 'e1', 3_000));
  expect(again).toMatchObject({ state: 'complete', createdAtMs: 1_000 });
  const later = 1_000 + lifetimeMs;
  const anew = await jobs.begin(jobOf('bob', 'export', 'e1', later));
  expect(anew).toMatchObject({ state: 'queued', createdAtMs: later });
});
