import type { Page } from '#domain/conversation/conversations.ts';
import type { DocumentFailure } from '#domain/document/document-failure.ts';
import type { Document, WorkflowStep } from '#domain/document/document.ts';
import type {
  AcceptedJson,
  AnalysisJson,
  DocumentEntryJson,
  DocumentJson,
  DocumentListJson,
  StepJson,
} from '#protocol/document/document-schema.ts';
import { toTime } from '#protocol/http/time.ts';
import type { UploadJson } from '#protocol/http/upload-schema.ts';
import { toFailureJson } from '#protocol/http/problem.ts';

/** A document, and the steps of its workflow that have begun, as far as there is a record of them. */
export interface DocumentView {
  readonly document: Document;
  readonly steps: readonly WorkflowStep[];
}

/** Returns a document or an analysis that was accepted, in the public JSON. */
export function toAcceptedJson(document: Document, upload?: UploadJson): AcceptedJson {
  const { kind, documentId, state } = document;
  if (kind === 'analysis') return { analysis_id: documentId, status: state };
  const accepted = { document_id: documentId, status: state };
  return upload === undefined ? accepted : { ...accepted, upload };
}

/** Returns a document or an analysis in the public JSON. */
export function toDocumentJson(view: DocumentView): DocumentJson {
  const { document, steps } = view;
  const { kind, documentId, name, result } = document;
  const progress = {
    ...toSizeJson(document),
    ...toProgress(view),
    ...(steps.length === 0 ? {} : { steps: steps.map(toStepJson) }),
  };
  // A workflow has stored the result in this form.
  const stored = result === undefined ? {} : { result: JSON.parse(result) };
  return kind === 'analysis'
    ? { analysis_id: documentId, ...progress, ...stored }
    : { document_id: documentId, name, ...progress, ...stored };
}

/** Returns a page of documents and analyses in the public JSON. */
export function toDocumentList({ items, cursor }: Page<DocumentView>): DocumentListJson {
  const documents = items.map(toEntryJson);
  return cursor === undefined ? { documents } : { documents, cursor };
}

function toEntryJson(view: DocumentView): DocumentEntryJson {
  const { documentId, kind, name } = view.document;
  return {
    document_id: documentId,
    kind,
    name,
    ...toSizeJson(view.document),
    ...toProgress(view),
  };
}

function toSizeJson({ bytes: size }: Document): Pick<DocumentEntryJson, 'size'> {
  return size === undefined ? {} : { size };
}

/** A document that waits for its workflow runs as soon as a step has begun. */
function toProgress({
  document: { state, createdAtMs, finishedAtMs, error },
  steps,
}: DocumentView): Omit<AnalysisJson, 'analysis_id' | 'result' | 'size' | 'steps'> {
  const isOpen = state !== 'succeeded' && state !== 'failed';
  const step = isOpen ? steps.at(-1)?.name : undefined;
  return {
    status: step === undefined ? state : 'running',
    created_at: toTime(createdAtMs),
    ...(step === undefined ? {} : { step }),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(error === undefined ? {} : { error: toDocumentFailureJson(error) }),
  };
}

function toDocumentFailureJson(failure: DocumentFailure): NonNullable<DocumentEntryJson['error']> {
  const { reason } = failure;
  return { ...toFailureJson(failure), ...(reason === undefined ? {} : { reason }) };
}

function toStepJson({ name, state, startedAtMs, finishedAtMs, parts }: WorkflowStep): StepJson {
  return {
    name,
    status: state,
    started_at: toTime(startedAtMs),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(parts === undefined
      ? {}
      : {
          parts: parts.map((part) =>
            part.name === undefined
              ? { status: part.state }
              : { name: part.name, status: part.state },
          ),
        }),
  };
}
