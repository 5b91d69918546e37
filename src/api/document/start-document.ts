import type { Clock } from '#domain/clock.ts';
import { failureOf, type DocumentFailure } from '#domain/document/document-failure.ts';
import {
  documentOf,
  maxDocumentBytes,
  uploadName,
  type Document,
  type DocumentKey,
  type Documents,
  type Files,
  type Workflows,
} from '#domain/document/document.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';
import type { DeliveryOutcome } from '#domain/task/task.ts';

/** A file that was written to the bucket. */
export interface UploadedFile {
  readonly key: DocumentKey;
  readonly bytes: number;
}

/** Returns the uploads in a notification of S3; undefined for any other message. */
export function readUploads(body: string): readonly UploadedFile[] | undefined {
  const records = valueAt(tryParseJson(body), ['Records']);
  if (!Array.isArray(records)) return undefined;
  return records.flatMap((record: unknown) => {
    const object = valueAt(record, ['s3', 'object']);
    const [key, size] = [valueAt(object, ['key']), valueAt(object, ['size'])];
    if (typeof key !== 'string' || typeof size !== 'number') return [];
    const documentKey = documentOf(decodeName(key));
    return documentKey === undefined ? [] : [{ key: documentKey, bytes: size }];
  });
}

/** Returns the owner of the uploads in a notification; undefined if they have several. */
export function ownerOfUploads(uploads: readonly UploadedFile[]): string | undefined {
  const [owner, ...others] = new Set(uploads.map(({ key }) => key.owner));
  return others.length === 0 ? owner : undefined;
}

/** S3 encodes names as in a form. */
function decodeName(key: string): string {
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

/** Starts the workflow of each uploaded document, once however often S3 notifies of it. */
export async function startDocuments(
  ports: StartPorts,
  uploads: readonly UploadedFile[],
): Promise<DeliveryOutcome> {
  for (const upload of uploads) await startDocument(ports, upload);
  return { type: 'done' };
}

/** A document that runs without an execution was started by a worker that crashed. */
function needsStart({ state, executionId }: Document): boolean {
  const isNew = state === 'awaiting_upload' || state === 'queued';
  return isNew || (state === 'running' && executionId === undefined);
}

function findFault(bytes: number): DocumentFailure | undefined {
  if (bytes === 0) return failureOf('empty');
  return bytes > maxDocumentBytes ? failureOf('file_too_large') : undefined;
}

async function startDocument(
  { documents, files, workflows, clock }: StartPorts,
  { key, bytes }: UploadedFile,
): Promise<void> {
  const document = await documents.find(key);
  // An upload URL can be used after its document was deleted.
  if (document === undefined) return files.remove(uploadName(key));
  if (!needsStart(document)) return;
  const error = findFault(bytes);
  if (error !== undefined) {
    await files.remove(uploadName(key));
    const failed = { state: 'failed', finishedAtMs: clock.now(), error } as const;
    await documents.change(key, failed, ['awaiting_upload', 'queued']);
    return;
  }
  const input = { owner: key.owner, document_id: key.documentId };
  const executionId = await workflows.start(document, input);
  // The workflow may have changed the state in the meantime.
  await documents.change(key, { executionId, bytes, state: 'queued' }, [
    'awaiting_upload',
    'queued',
  ]);
  await documents.change(key, { executionId, bytes }, ['running']);
}
