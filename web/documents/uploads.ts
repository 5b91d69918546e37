import { useSyncExternalStore } from 'react';
import { checkFile, documentName, type FileRefusal } from './check-file.ts';
import { addFile, deleteDocument } from './document-api.ts';
import { sendFile } from './send-file.ts';

/** A file on its way, or one that was refused. */
export interface Upload {
  /** Also the idempotency key, so that another attempt is the same document. */
  readonly id: string;
  readonly file: File;
  readonly state: UploadState;
}

export type UploadState =
  | { readonly type: 'refused'; readonly refusal: FileRefusal }
  | {
      readonly type: 'sending';
      readonly documentId: string | undefined;
      readonly sentBytes: number;
      /** Unknown at first. */
      readonly secondsLeft: number | undefined;
    }
  | {
      readonly type: 'failed';
      readonly documentId: string | undefined;
      readonly error: unknown;
    };

/** The uploads of this page. They are outside of any view, so that they go on in another one. */
let uploads: readonly Upload[] = [];
const controllers = new Map<string, AbortController>();
const listeners = new Set<() => void>();
const arrivals = new Set<(documentId: string) => void>();

function set(next: readonly Upload[]): void {
  uploads = next;
  const isSending = uploads.some(({ state }) => state.type === 'sending');
  window[isSending ? 'addEventListener' : 'removeEventListener']('beforeunload', askToStay);
  for (const listener of listeners) listener();
}

/** Leaving the page ends an upload, so the browser asks first. */
function askToStay(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function change(id: string, state: UploadState): void {
  set(uploads.map((upload) => (upload.id === id ? { ...upload, state } : upload)));
}

/** Returns the uploads of this page, newest first. */
export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
    () => uploads,
  );
}

/** Calls back whenever a file has arrived. Returns how to end that. */
export function onArrival(listener: (documentId: string) => void): () => void {
  arrivals.add(listener);
  return () => arrivals.delete(listener);
}

/** Uploads files, each of which becomes a document. Those that cannot be read stay here, refused. */
export function uploadFiles(files: readonly File[]): void {
  const added = files.map((file): Upload => {
    const refusal = checkFile(file);
    const id = crypto.randomUUID();
    return { id, file, state: refusal === undefined ? starting : { type: 'refused', refusal } };
  });
  set([...added, ...uploads]);
  for (const upload of added) if (upload.state.type === 'sending') void send(upload);
}

/** Tries an upload again that has failed. */
export function retryUpload(upload: Upload): void {
  change(upload.id, starting);
  void send(upload);
}

/** Ends an upload, or forgets one that was refused or has failed. */
export function dismissUpload({ id, state }: Upload): void {
  controllers.get(id)?.abort();
  set(uploads.filter((upload) => upload.id !== id));
  const documentId = state.type === 'refused' ? undefined : state.documentId;
  // What cannot be deleted now expires, and is shown as a file that never arrived.
  if (documentId !== undefined) void deleteDocument('summary', documentId).catch(() => undefined);
}

const starting = {
  type: 'sending',
  documentId: undefined,
  sentBytes: 0,
  secondsLeft: undefined,
} as const;

async function send({ id, file }: Upload): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  controllers.set(id, controller);
  let documentId: string | undefined;
  try {
    const accepted = await addFile({ name: documentName(file.name), size: file.size }, id, signal);
    documentId = accepted.document_id;
    const startedAt = performance.now();
    const onProgress = (sentBytes: number): void => {
      const elapsedMs = performance.now() - startedAt;
      change(id, {
        type: 'sending',
        documentId,
        sentBytes,
        secondsLeft: left(file, sentBytes, elapsedMs),
      });
    };
    onProgress(0);
    const { upload } = accepted;
    if (upload !== undefined) await sendFile({ ...upload, file, signal, onProgress });
    const arrived = documentId;
    for (const listener of arrivals) listener(arrived);
    set(uploads.filter((each) => each.id !== id));
  } catch (error) {
    if (!signal.aborted) change(id, { type: 'failed', documentId, error });
  } finally {
    controllers.delete(id);
  }
}

/** An estimate needs a second of experience. */
function left({ size }: File, sentBytes: number, elapsedMs: number): number | undefined {
  if (sentBytes === 0 || elapsedMs < 1_000) return undefined;
  return Math.ceil(((size - sentBytes) / sentBytes) * (elapsedMs / 1_000));
}
