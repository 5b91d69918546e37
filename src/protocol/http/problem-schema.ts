import * as v from 'valibot';
import { errorCodes } from '#domain/errors.ts';

const code = v.picklist(errorCodes);

/** An error in the public JSON: RFC 9457, plus `error` for clients that want one string. */
export const problemJson = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code,
  request_id: v.string(),
  error: v.string(),
  /** The live turn that causes a `conflict`. */
  turn_id: v.optional(v.string()),
});

export type Problem = v.InferOutput<typeof problemJson>;

/** The error of a task or a document, in the public JSON. */
export const failureJson = v.strictObject({ code, detail: v.string() });

export type FailureJson = v.InferOutput<typeof failureJson>;
