import type { Clock } from '#domain/clock.ts';
import {
  documentOf,
  maxDocumentBytes,
  uploadName,
  type Document,
  type DocumentFailure,
  type DocumentKey,
  type Documents,
  type Files,
  type Workflows,
} from '#domain/document/document.ts';
import { at, jsonIn } from '#domain/json.ts';
import type { Delivered } from '#domain/task/task.ts';

export interface Uploaded {
  readonly key: DocumentKey;
  readonly bytes: number;
}

/** The documents that S3 tells of having been written; undefined for what is none of that. */
export function readUploads(body: string): readonly Uploaded[] | undefined {
  const records = at(jsonIn(body), ['Records']);
  if (!Array.isArray(records)) return undefined;
  return records.flatMap((record: unknown) => {
    const object = at(record, ['s3', 'object']);
    const [key, size] = [at(object, ['key']), at(object, ['size'])];
    if (typeof key !== 'string' || typeof size !== 'number') return [];
    const found = documentOf(decoded(key));
    return found === undefined ? [] : [{ key: found, bytes: size }];
  });
}

/** S3 tells names as a form would send them. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return '';
  }
}

export interface StartPorts {
  readonly documents: Documents;
  readonly files: Pick<Files, 'remove'>;
  readonly workflows: Workflows;
  readonly clock: Clock;
}

/** Starts the workflow of each document that was written, once however often that is told. */
export async function startDocuments(
  ports: StartPorts,
  uploads: readonly Uploaded[],
): Promise<Delivered> {
  for (const uploaded of uploads) await startDocument(ports, uploaded);
  return { type: 'done' };
}

/** One that runs without a name for its run was started by somebody who died over it. */
function isToStart({ state, executionId }: Document): boolean {
  const isNew = state === 'awaiting_upload' || state === 'queued';
  return isNew || (state === 'running' && executionId === undefined);
}

function faultOf(bytes: number): DocumentFailure | undefined {
  if (bytes === 0) return { code: 'invalid_request', message: 'The document is empty.' };
  if (bytes <= maxDocumentBytes) return undefined;
  const message = `The document is too large: at most ${maxDocumentBytes / 1_048_576} MB.`;
  return { code: 'too_large', message };
}

async function startDocument(
  { documents, files, workflows, clock }: StartPorts,
  { key, bytes }: Uploaded,
): Promise<void> {
  const document = await documents.find(key);
  if (document === undefined || !isToStart(document)) return;
  const error = faultOf(bytes);
  if (error !== undefined) {
    await files.remove(uploadName(key));
    const failed = { state: 'failed', finishedAtMs: clock.now(), error } as const;
    await documents.change(key, failed, ['awaiting_upload', 'queued']);
    return;
  }
  const input = { owner: key.owner, document_id: key.documentId };
  const executionId = await workflows.start(document, input);
  // The workflow may have come further than this in the meantime.
  await documents.change(key, { executionId, state: 'queued' }, ['awaiting_upload', 'queued']);
  await documents.change(key, { executionId }, ['running']);
}
