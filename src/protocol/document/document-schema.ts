import * as v from 'valibot';
import { failureReasons } from '#domain/document/document-failure.ts';
import { documentFormats } from '#domain/document/document.ts';
import { count, time } from '#protocol/http/json-schema.ts';
import { failureJson } from '#protocol/http/problem-schema.ts';
import { uploadJson } from '#protocol/http/upload-schema.ts';

const status = v.picklist(['awaiting_upload', 'queued', 'running', 'succeeded', 'failed']);

/** A document that was accepted, in the public JSON; `upload` says where its file goes. */
export const documentAcceptedJson = v.strictObject({
  document_id: v.string(),
  status,
  upload: v.optional(uploadJson),
});

/** An analysis that was accepted, in the public JSON. */
export const analysisAcceptedJson = v.strictObject({ analysis_id: v.string(), status });

const stepStatus = v.picklist(['waiting', 'running', 'retrying', 'succeeded', 'failed', 'stopped']);

const stepJson = v.strictObject({
  name: v.string(),
  status: stepStatus,
  started_at: time,
  finished_at: v.optional(time),
  /** What the step does at the same time. */
  parts: v.optional(v.array(v.strictObject({ name: v.optional(v.string()), status: stepStatus }))),
});

/** Why a document failed. `reason` is absent if only the code is known. */
const documentFailureJson = v.strictObject({
  ...failureJson.entries,
  reason: v.optional(v.picklist(failureReasons)),
});

const progressFields = {
  status,
  step: v.optional(v.string()),
  created_at: time,
  finished_at: v.optional(time),
  error: v.optional(documentFailureJson),
};

/** The steps that have begun; absent if there is no record of them. */
const stepsField = { steps: v.optional(v.array(stepJson)) };

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
  size: v.optional(count),
  ...progressFields,
  ...stepsField,
  result: v.optional(summaryResult),
});

/** An analysis and its result, in the public JSON. */
export const analysisJson = v.strictObject({
  analysis_id: v.string(),
  size: v.optional(count),
  ...progressFields,
  ...stepsField,
  result: v.optional(analysisResult),
});

const documentEntryJson = v.strictObject({
  document_id: v.string(),
  kind: v.picklist(['summary', 'analysis']),
  name: v.string(),
  /** The size of the file in bytes, once it is known. */
  size: v.optional(count),
  ...progressFields,
});

/** A page of documents and analyses in the public JSON. */
export const documentListJson = v.strictObject({
  documents: v.array(documentEntryJson),
  cursor: v.optional(v.string()),
});

export type StepJson = v.InferOutput<typeof stepJson>;

export type DocumentEntryJson = v.InferOutput<typeof documentEntryJson>;

export type DocumentListJson = v.InferOutput<typeof documentListJson>;

export type AcceptedJson =
  | v.InferOutput<typeof documentAcceptedJson>
  | v.InferOutput<typeof analysisAcceptedJson>;

export type AnalysisJson = v.InferOutput<typeof analysisJson>;

export type DocumentJson = v.InferOutput<typeof documentJson> | AnalysisJson;
