import type { DataJobKey } from '#domain/data/data-job.ts';
import { toSegment } from '#domain/segment.ts';

export const exportFormats = ['json', 'markdown'] as const;

export type ExportFormat = (typeof exportFormats)[number];

const extensions: Readonly<Record<ExportFormat, string>> = { json: 'json', markdown: 'md' };

/** Returns the name of the file with a part of an export in a format. */
export function exportFileName(
  { owner, jobId }: DataJobKey,
  part: string,
  format: ExportFormat,
): string {
  const [folder] = exportFolders(owner);
  return `${folder}${jobId}/${part}.${extensions[format]}`;
}

/** Returns the folder that has all exports of an owner. */
export function exportFolders(owner: string): readonly [string] {
  return [`exports/${toSegment(owner)}/`];
}
