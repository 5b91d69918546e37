import {
  dataKinds,
  type Counts,
  type DataJob,
  type DataKind,
  type Progress,
} from '#domain/data/data-job.ts';
import type { OwnedFiles, OwnedItem } from '#domain/data/owned-data.ts';
import { countKinds, isDue, nextKind } from '#domain/data/kinds.ts';
import {
  maxInvocationMs,
  removeConversation,
  removeDocument,
  removeTask,
  type Removal,
  type RemovalPorts,
} from '#domain/data/remove-items.ts';
import type { WorkResult } from '#domain/data/run-data-job.ts';

export interface DeletionPorts extends RemovalPorts {
  /** Large answers and files of messages, uploads and work files of documents, and exports. */
  readonly files: Readonly<Record<'conversations' | 'documents' | 'exports', OwnedFiles>>;
}

/** How many items are removed at once. */
const pageSize = 25;

/** How long the counters of the current day stay, after which they limit nothing any more. */
const counterLifetimeMs = 2 * 86_400_000;

/**
 * Does the next piece of the deletion of everything that an owner had when it was requested: counts
 * it, or removes a page of one kind. Tasks come first, because they begin turns. What is running is
 * asked to stop, and waited for: nothing may be written once it is removed.
 */
export async function deleteData(ports: DeletionPorts, job: DataJob): Promise<WorkResult> {
  const { owner, cursor, counts } = job;
  if (cursor === undefined || counts === undefined) {
    const counted = await countKinds(ports, job, dataKinds);
    return { change: { counts: counted, cursor: { kind: dataKinds[0] } } };
  }
  const { kind, after } = cursor;
  if (await mustWait(ports, job, kind)) return { change: {}, isWaiting: true };
  const items = await ports.owned.list(owner, kind, { after, limit: pageSize });
  const last = items.at(-1);
  if (last === undefined) return finishKind(ports, job, kind, counts);
  const due = items.filter((item) => isDue(job, kind, item, ports.clock.now()));
  const removals = await Promise.all(due.map((item) => remove(ports, owner, kind, item)));
  const removed = removals.filter((removal) => removal === 'removed').length;
  const change = { counts: advance(counts, kind, removed) };
  if (removed < due.length) return { change, isWaiting: true };
  return { change: { ...change, cursor: { kind, after: last.id } } };
}

/** Requests that are not stored as turns can still write notes and sessions. */
async function mustWait(
  { owned, clock }: DeletionPorts,
  { owner, createdAtMs, cursor }: DataJob,
  kind: DataKind,
): Promise<boolean> {
  if (kind !== 'sessions' || cursor?.after !== undefined) return false;
  if (createdAtMs + maxInvocationMs < clock.now()) return false;
  return owned.hasOpenCalls(owner, createdAtMs - maxInvocationMs, createdAtMs);
}

async function remove(
  ports: DeletionPorts,
  owner: string,
  kind: DataKind,
  { id }: OwnedItem,
): Promise<Removal> {
  switch (kind) {
    case 'tasks':
      return removeTask(ports, { owner, taskId: id });
    case 'conversations':
      return removeConversation(ports, { owner, conversationId: id });
    case 'documents':
      return removeDocument(ports, { owner, documentId: id });
    case 'attachments':
    case 'sessions':
    case 'exports':
    case 'notes':
    case 'callback_secrets':
    case 'page_sessions':
    case 'spending_days':
      await ports.owned.remove(owner, kind, id);
      return 'removed';
  }
}

/** Removes the files that belong to nothing any more, and goes on to the next kind. */
async function finishKind(
  ports: DeletionPorts,
  job: DataJob,
  kind: DataKind,
  counts: Counts,
): Promise<WorkResult> {
  const { owner } = job;
  await removeFiles(ports, owner, kind);
  const total = counts[kind]?.total ?? 0;
  const change = { counts: { ...counts, [kind]: { done: total, total } } };
  const next = nextKind(dataKinds, kind);
  if (next !== undefined) return { change: { ...change, cursor: { kind: next } } };
  const nowMs = ports.clock.now();
  await ports.owned.expireSpending(owner, nowMs + counterLifetimeMs);
  return { change: { ...change, state: 'complete', finishedAtMs: nowMs } };
}

/** A crash leaves files without an item, and an upload URL may be used after its document is gone. */
async function removeFiles(ports: DeletionPorts, owner: string, kind: DataKind): Promise<void> {
  if (kind !== 'conversations' && kind !== 'documents' && kind !== 'exports') return;
  const files = ports.files[kind];
  const known = new Map<string, Promise<boolean>>();
  let after: string | undefined;
  for (;;) {
    const page = await files.list(owner, after);
    if (page.length === 0) return;
    await Promise.all(
      page.map(async ({ name, id }) => {
        const isKept = known.get(id) ?? exists(ports, owner, kind, id);
        known.set(id, isKept);
        if (!(await isKept)) await files.remove(name);
      }),
    );
    after = page.at(-1)?.name;
  }
}

/** Returns whether something exists that began after the deletion was requested. */
async function exists(
  { conversations, documents }: DeletionPorts,
  owner: string,
  kind: 'conversations' | 'documents' | 'exports',
  id: string,
): Promise<boolean> {
  switch (kind) {
    case 'conversations':
      return (await conversations.find({ owner, conversationId: id })) !== undefined;
    case 'documents':
      return (await documents.find({ owner, documentId: id })) !== undefined;
    // No export can begin while a deletion runs.
    case 'exports':
      return false;
  }
}

function advance(counts: Counts, kind: DataKind, removed: number): Counts {
  const { done, total }: Progress = counts[kind] ?? { done: 0, total: 0 };
  return { ...counts, [kind]: { done: Math.min(total, done + removed), total } };
}
