import { useSyncExternalStore } from 'react';
import { addFile, deleteDocument } from '../document-api.ts';
import { checkFile, documentName, type FileRefusal } from './check-file.ts';
import { sendFile } from '../../requests/send-file.ts';

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

interface Uploads {
  /** Newest first. */
  readonly uploads: readonly Upload[];
  /** The documents whose files have arrived, the latest one last. */
  readonly arrived: readonly string[];
  /** The documents of cancelled uploads, which are being deleted. */
  readonly discarded: readonly string[];
}

/** The uploads of this page. They are outside of any view, so that they go on in another one. */
let store: Uploads = { uploads: [], arrived: [], discarded: [] };
const controllers = new Map<string, AbortController>();
const listeners = new Set<() => void>();

function set(changes: Partial<Uploads>): void {
  store = { ...store, ...changes };
  const isSending = store.uploads.some(({ state }) => state.type === 'sending');
  window[isSending ? 'addEventListener' : 'removeEventListener']('beforeunload', askToStay);
  for (const listener of listeners) listener();
}

/** Leaving the page ends an upload, so the browser asks first. */
function askToStay(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function change(id: string, state: UploadState): void {
  set({
    uploads: store.uploads.map((upload) =>
      upload.id === id ? { id, file: upload.file, state } : upload,
    ),
  });
}

function without(id: string): readonly Upload[] {
  return store.uploads.filter((upload) => upload.id !== id);
}

/** Returns the uploads of this page, and the documents that they have become. */
export function useUploads(): Uploads {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => store,
    () => store,
  );
}

/** Uploads files, each of which becomes a document. Those that cannot be read stay here, refused. */
export function uploadFiles(files: readonly File[]): void {
  const added = files.map((file): Upload => {
    const refusal = checkFile(file);
    const id = crypto.randomUUID();
    return { id, file, state: refusal === undefined ? starting : { type: 'refused', refusal } };
  });
  set({ uploads: [...added, ...store.uploads] });
  for (const upload of added) if (upload.state.type === 'sending') void send(upload);
}

/** Tries an upload again that has failed. */
export function retryUpload(upload: Upload): void {
  change(upload.id, starting);
  void send(upload);
}

/** Ends an upload and deletes its document, or forgets one that was refused. */
export function dismissUpload({ id, state }: Upload): void {
  set({ uploads: without(id) });
  // An upload in progress sees to its document itself.
  controllers.get(id)?.abort();
  if (state.type === 'failed' && state.documentId !== undefined) void discard(state.documentId);
}

/** Deletes a document. If that fails, it is shown as a file that never arrived. */
async function discard(documentId: string): Promise<void> {
  set({ discarded: [...store.discarded, documentId] });
  try {
    await deleteDocument('summary', documentId);
  } catch {
    set({ discarded: store.discarded.filter((id) => id !== documentId) });
  }
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
    // Not ended by the signal: the document may exist already, and then has to be deleted.
    const accepted = await addFile({ name: documentName(file.name), size: file.size }, id);
    documentId = accepted.document_id;
    const { upload } = accepted;
    if (upload !== undefined) await sendWithProgress({ id, file, documentId, signal }, upload);
    signal.throwIfAborted();
    set({ uploads: without(id), arrived: [...store.arrived, documentId] });
  } catch (error) {
    if (!signal.aborted) change(id, { type: 'failed', documentId, error });
    else if (documentId !== undefined) await discard(documentId);
  } finally {
    controllers.delete(id);
  }
}

interface Sent {
  readonly id: string;
  readonly file: File;
  readonly documentId: string;
  readonly signal: AbortSignal;
}

async function sendWithProgress(
  { id, file, documentId, signal }: Sent,
  target: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const onProgress = (sentBytes: number): void => {
    const secondsLeft = left(file, sentBytes, performance.now() - startedAt);
    change(id, { type: 'sending', documentId, sentBytes, secondsLeft });
  };
  onProgress(0);
  await sendFile({ ...target, file, signal, onProgress });
}

/** An estimate needs a second of experience. */
function left({ size }: File, sentBytes: number, elapsedMs: number): number | undefined {
  if (sentBytes === 0 || elapsedMs < 1_000) return undefined;
  return Math.ceil(((size - sentBytes) / sentBytes) * (elapsedMs / 1_000));
}
