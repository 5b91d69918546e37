import type { Clock } from '#domain/clock.ts';
import type { Counts, DataJob, DataKind, Progress } from '#domain/data/data-job.ts';
import type { OwnedData, OwnedItem } from '#domain/data/owned-data.ts';
import { dayOf } from '#domain/spending/ledger.ts';

/** How many items are counted by one request. */
const pageSize = 1_000;

/** Returns how much a job has to do for each kind, with nothing done. */
export async function countKinds(
  ports: { readonly owned: OwnedData; readonly clock: Clock },
  job: DataJob,
  kinds: readonly DataKind[],
): Promise<Counts> {
  const entries = await Promise.all(
    kinds.map(async (kind): Promise<readonly [DataKind, Progress]> => {
      return [kind, { done: 0, total: await count(ports, job, kind) }];
    }),
  );
  return Object.fromEntries(entries);
}

async function count(
  { owned, clock }: { readonly owned: OwnedData; readonly clock: Clock },
  job: DataJob,
  kind: DataKind,
): Promise<number> {
  let total = 0;
  let after: string | undefined;
  for (;;) {
    const items = await owned.list(job.owner, kind, { after, limit: pageSize });
    if (items.length === 0) return total;
    total += items.filter((item) => isDue(job, kind, item, clock.now())).length;
    after = items.at(-1)?.id;
  }
}

/**
 * Returns whether a job is about an item. What began after the job was requested is not its concern,
 * and the counters of the current day stay when everything else is deleted.
 */
export function isDue(
  { kind: jobKind, createdAtMs }: DataJob,
  kind: DataKind,
  item: OwnedItem,
  nowMs: number,
): boolean {
  if (item.createdAtMs > createdAtMs) return false;
  const isCurrentDay = kind === 'spending_days' && dayOf(item.createdAtMs) >= dayOf(nowMs);
  return jobKind === 'export' || !isCurrentDay;
}

/** Returns the kind after another one; undefined after the last. */
export function nextKind(kinds: readonly DataKind[], kind: DataKind): DataKind | undefined {
  return kinds[kinds.indexOf(kind) + 1];
}
