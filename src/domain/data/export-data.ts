import type { Counts, Cursor, DataJob } from '#domain/data/data-job.ts';
import {
  exportedEntries,
  exportedKinds,
  type ExportEntry,
  type ReadingPorts,
} from '#domain/data/export-entries.ts';
import { countKinds } from '#domain/data/kinds.ts';
import type { WorkContext, WorkResult } from '#domain/data/run-data-job.ts';

/** What an export needs: to read everything, and to write parts. */
export interface ExportPorts extends ReadingPorts {
  /** Writes a part of an export in every format, under a name that is unique in the export. */
  write(job: DataJob, name: string, entries: readonly ExportEntry[]): Promise<void>;
}

/**
 * A part has about this size, so that it fits into the memory of a worker in every format. In JSON,
 * answers are there twice.
 */
const maxPartCharacters = 8_000_000;

/**
 * Does the next piece of an export: counts what there is, or writes a part of it. A part is named by
 * the worker that writes it. So a part that is written again after a crash replaces nothing, and the
 * export has the one that was saved with the cursor behind it.
 */
export async function exportData(
  ports: ExportPorts,
  job: DataJob,
  { worker, endsAtMs }: WorkContext,
): Promise<WorkResult> {
  const { cursor, counts } = job;
  if (cursor === undefined || counts === undefined) {
    const counted = await countKinds(ports, job, exportedKinds);
    return { change: { counts: counted, cursor: { kind: exportedKinds[0] } } };
  }
  const part = await collect(ports, job, cursor, endsAtMs);
  const progress = { counts: advance(counts, part), cursor: part.cursor };
  const nowMs = ports.clock.now();
  const end = part.isComplete ? ({ state: 'complete', finishedAtMs: nowMs } as const) : {};
  // An export of nothing has a part, too.
  if (part.entries.length === 0 && job.parts.length > 0) return { change: { ...progress, ...end } };
  const name = `${String(job.parts.length + 1).padStart(4, '0')}-${worker}`;
  await ports.write(job, name, part.entries);
  const parts = [...job.parts, name];
  return { change: { ...progress, ...end, parts } };
}

interface Part {
  readonly entries: readonly ExportEntry[];
  /** Where the next part begins. */
  readonly cursor: Cursor;
  readonly isComplete: boolean;
}

async function collect(
  ports: ExportPorts,
  job: DataJob,
  cursor: Cursor,
  endsAtMs: number,
): Promise<Part> {
  const entries: ExportEntry[] = [];
  let characters = 0;
  let reached = cursor;
  for await (const { entry, next } of exportedEntries(ports, job, cursor)) {
    entries.push(entry);
    reached = next;
    characters += JSON.stringify(entry).length;
    const isFull = characters >= maxPartCharacters || ports.clock.now() >= endsAtMs;
    if (isFull) return { entries, cursor: reached, isComplete: false };
  }
  return { entries, cursor: reached, isComplete: true };
}

/** What was added or deleted since it was counted changes the total at the end. */
function advance(counts: Counts, { entries, isComplete }: Part): Counts {
  const kinds = exportedKinds.map((kind) => {
    const added = entries.filter((entry) => entry.type !== 'turn' && entry.kind === kind).length;
    const { done = 0, total = 0 } = counts[kind] ?? {};
    const now = done + added;
    return [kind, { done: now, total: isComplete ? now : Math.max(now, total) }] as const;
  });
  return Object.fromEntries(kinds);
}
