import type { Clock } from '#domain/clock.ts';
import type { DataJob } from '#domain/data/data-job.ts';
import type { ExportPorts } from '#domain/data/export-data.ts';
import { exportFileName } from '#domain/data/export-files.ts';
import type { ExportFiles } from '#domain/data/owned-data.ts';
import { toExportDocument } from '#protocol/data/export-json.ts';
import { toExportMarkdown } from '#protocol/data/export-markdown.ts';

/** Returns a function that writes a part of an export in both formats. */
export function createExportWriter(
  files: Pick<ExportFiles, 'write'>,
  clock: Clock,
): ExportPorts['write'] {
  return async (job: DataJob, name, entries) => {
    const { jobId: exportId, parts } = job;
    const part = { exportId, number: parts.length + 1, atMs: clock.now(), entries };
    await files.write(
      exportFileName(job, name, 'json'),
      toExportDocument(part),
      'application/json',
    );
    await files.write(
      exportFileName(job, name, 'markdown'),
      toExportMarkdown(part),
      'text/markdown; charset=utf-8',
    );
  };
}
