import * as v from 'valibot';
import { count, time } from '#protocol/http/json-schema.ts';
import { failureJson } from '#protocol/http/problem-schema.ts';

const status = v.picklist(['queued', 'running', 'complete', 'failed']);

const progress = v.strictObject({ done: count, total: count });

/** The state of an export or a deletion, with what is done of each kind. */
const stateFields = {
  status,
  created_at: time,
  finished_at: v.optional(time),
  expires_at: time,
  progress: v.record(v.string(), progress),
  error: v.optional(failureJson),
};

/** A file of an export, in the public JSON. */
const downloadJson = v.strictObject({
  format: v.picklist(['json', 'markdown']),
  part: count,
  url: v.string(),
  expires_at: time,
});

/** An export in the public JSON. */
export const exportJson = v.strictObject({
  export_id: v.string(),
  ...stateFields,
  downloads: v.optional(v.array(downloadJson)),
});

/** A deletion in the public JSON. */
export const deletionJson = v.strictObject({ deletion_id: v.string(), ...stateFields });

export type ExportJson = v.InferOutput<typeof exportJson>;
export type DeletionJson = v.InferOutput<typeof deletionJson>;
export type DownloadJson = v.InferOutput<typeof downloadJson>;
