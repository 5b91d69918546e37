import * as v from 'valibot';

/** Where a file is uploaded, in the public JSON: once, with these headers. */
export const uploadJson = v.strictObject({
  method: v.literal('PUT'),
  url: v.string(),
  headers: v.record(v.string(), v.string()),
});

export type UploadJson = v.InferOutput<typeof uploadJson>;
