import * as v from 'valibot';
import { documentFormats, type Document } from '#domain/document/document.ts';
import { count, time, toTime } from '#protocol/http/json-fields.ts';
import { failureJson, toFailureJson } from '#protocol/http/problem.ts';

const status = v.picklist(['awaiting_upload', 'queued', 'running', 'succeeded', 'failed']);

const uploadJson = v.strictObject({
  method: v.literal('PUT'),
  url: v.string(),
  headers: v.record(v.string(), v.string()),
});

export type UploadJson = v.InferOutput<typeof uploadJson>;

/** A document that was accepted, in the public JSON; `upload` says where its file goes. */
export const documentAcceptedJson = v.strictObject({
  document_id: v.string(),
  status,
  upload: v.optional(uploadJson),
});

/** An analysis that was accepted, in the public JSON. */
export const analysisAcceptedJson = v.strictObject({ analysis_id: v.string(), status });

const progressFields = {
  status,
  step: v.optional(v.string()),
  created_at: time,
  finished_at: v.optional(time),
  error: v.optional(failureJson),
};

const summaryResult = v.strictObject({ summary: v.string(), parts: count });

const analysisResult = v.strictObject({
  sentiment: v.picklist(['positive', 'negative', 'neutral', 'mixed']),
  score: v.nullable(v.number()),
  keywords: v.array(v.string()),
});

/** A document and its summary, in the public JSON. */
export const documentJson = v.strictObject({
  document_id: v.string(),
  name: v.pipe(v.string(), v.description(`Ends with one of ${documentFormats.join(', ')}.`)),
  ...progressFields,
  result: v.optional(summaryResult),
});

/** An analysis and its result, in the public JSON. */
export const analysisJson = v.strictObject({
  analysis_id: v.string(),
  ...progressFields,
  result: v.optional(analysisResult),
});

type AcceptedJson =
  | v.InferOutput<typeof documentAcceptedJson>
  | v.InferOutput<typeof analysisAcceptedJson>;

/** Returns a document or an analysis that was accepted, in the public JSON. */
export function toAcceptedJson(document: Document, upload?: UploadJson): AcceptedJson {
  const { kind, documentId, state } = document;
  if (kind === 'analysis') return { analysis_id: documentId, status: state };
  const accepted = { document_id: documentId, status: state };
  return upload === undefined ? accepted : { ...accepted, upload };
}

type DocumentJson = v.InferOutput<typeof documentJson> | v.InferOutput<typeof analysisJson>;

/** Returns a document or an analysis in the public JSON. `step` is the step that runs. */
export function toDocumentJson(document: Document, step?: string): DocumentJson {
  const { kind, documentId, name, result } = document;
  const progress = toProgress(document, step);
  const value: unknown = result === undefined ? undefined : JSON.parse(result);
  if (kind === 'analysis') {
    const found = value === undefined ? {} : { result: v.parse(analysisResult, value) };
    return { analysis_id: documentId, ...progress, ...found };
  }
  const found = value === undefined ? {} : { result: v.parse(summaryResult, value) };
  return { document_id: documentId, name, ...progress, ...found };
}

function toProgress(
  { state, createdAtMs, finishedAtMs, error }: Document,
  step: string | undefined,
): Omit<v.InferOutput<typeof analysisJson>, 'analysis_id' | 'result'> {
  return {
    status: step === undefined ? state : 'running',
    created_at: toTime(createdAtMs),
    ...(step === undefined ? {} : { step }),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(error === undefined ? {} : { error: toFailureJson(error) }),
  };
}
