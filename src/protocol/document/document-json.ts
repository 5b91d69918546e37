import type { Document } from '#domain/document/document.ts';
import type {
  AcceptedJson,
  AnalysisJson,
  DocumentJson,
} from '#protocol/document/document-schema.ts';
import { toTime } from '#protocol/http/time.ts';
import type { UploadJson } from '#protocol/http/upload-schema.ts';
import { toFailureJson } from '#protocol/http/problem.ts';

/** Returns a document or an analysis that was accepted, in the public JSON. */
export function toAcceptedJson(document: Document, upload?: UploadJson): AcceptedJson {
  const { kind, documentId, state } = document;
  if (kind === 'analysis') return { analysis_id: documentId, status: state };
  const accepted = { document_id: documentId, status: state };
  return upload === undefined ? accepted : { ...accepted, upload };
}

/** Returns a document or an analysis in the public JSON. `step` is the step that runs. */
export function toDocumentJson(document: Document, step?: string): DocumentJson {
  const { kind, documentId, name, result } = document;
  const progress = toProgress(document, step);
  // A workflow has stored the result in this form.
  const stored = result === undefined ? {} : { result: JSON.parse(result) };
  return kind === 'analysis'
    ? { analysis_id: documentId, ...progress, ...stored }
    : { document_id: documentId, name, ...progress, ...stored };
}

function toProgress(
  { state, createdAtMs, finishedAtMs, error }: Document,
  step: string | undefined,
): Omit<AnalysisJson, 'analysis_id' | 'result'> {
  return {
    status: step === undefined ? state : 'running',
    created_at: toTime(createdAtMs),
    ...(step === undefined ? {} : { step }),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(error === undefined ? {} : { error: toFailureJson(error) }),
  };
}
