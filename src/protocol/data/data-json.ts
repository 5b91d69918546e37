import type { Counts, DataJob } from '#domain/data/data-job.ts';
import type { DeletionJson, DownloadJson, ExportJson } from '#protocol/data/data-schema.ts';
import { toFailureJson } from '#protocol/http/problem.ts';
import { toTime } from '#protocol/http/time.ts';

/** Returns an export in the public JSON; with its files once it is complete. */
export function toExportJson(job: DataJob, downloads?: DownloadJson[]): ExportJson {
  const files = downloads === undefined ? {} : { downloads };
  return { export_id: job.jobId, ...toState(job), ...files };
}

/** Returns a deletion in the public JSON. */
export function toDeletionJson(job: DataJob): DeletionJson {
  return { deletion_id: job.jobId, ...toState(job) };
}

function toState(job: DataJob): Omit<DeletionJson, 'deletion_id'> {
  const { state, createdAtMs, finishedAtMs, expiresAtMs, counts = {}, error } = job;
  return {
    status: state,
    created_at: toTime(createdAtMs),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    expires_at: toTime(expiresAtMs),
    progress: toProgress(counts),
    ...(error === undefined ? {} : { error: toFailureJson(error) }),
  };
}

function toProgress(counts: Counts): DeletionJson['progress'] {
  return Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, { ...count }]));
}
