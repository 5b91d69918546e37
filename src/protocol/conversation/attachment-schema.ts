import * as v from 'valibot';
import { count, time } from '#protocol/http/json-schema.ts';
import { uploadJson } from '#protocol/http/upload-schema.ts';

/** A file of a message, in the public JSON. */
export const attachmentJson = v.strictObject({
  attachment_id: v.string(),
  name: v.string(),
  /** Its media type. */
  type: v.string(),
  /** In bytes. */
  size: count,
});

/** A file that is about to be uploaded, in the public JSON; `upload` says where it goes. */
export const attachmentAcceptedJson = v.strictObject({
  attachment_id: v.string(),
  upload: uploadJson,
});

/** A file with a URL from which it can be downloaded for a moment, in the public JSON. */
export const attachmentDownloadJson = v.strictObject({
  ...attachmentJson.entries,
  url: v.string(),
  expires_at: time,
});

export type AttachmentJson = v.InferOutput<typeof attachmentJson>;
export type AttachmentAcceptedJson = v.InferOutput<typeof attachmentAcceptedJson>;
export type AttachmentDownloadJson = v.InferOutput<typeof attachmentDownloadJson>;
