import type { ErrorCode } from '#domain/errors.ts';

/** What is done with a document. */
export type DocumentKind = 'summary' | 'analysis';

export type DocumentState = 'awaiting_upload' | 'queued' | 'running' | 'succeeded' | 'failed';

export const documentFormats = ['pdf', 'html', 'md', 'txt'] as const;

export type DocumentFormat = (typeof documentFormats)[number];

export interface DocumentKey {
  readonly owner: string;
  readonly documentId: string;
}

/** A document, and how far its workflow has come. Its words are in files. */
export interface Document extends DocumentKey {
  readonly kind: DocumentKind;
  readonly state: DocumentState;
  readonly name: string;
  readonly format: DocumentFormat;
  /** Tells requests apart that come with the same key. */
  readonly fingerprint: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly finishedAtMs?: number;
  /** The run of the workflow. */
  readonly executionId?: string;
  /** What came of it, in JSON. */
  readonly result?: string;
  readonly error?: DocumentFailure;
}

export interface DocumentFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

export type DocumentChange = Partial<
  Pick<Document, 'state' | 'finishedAtMs' | 'executionId' | 'result' | 'error'>
>;

/** Keeps documents, one owner's at a time. */
export interface Documents {
  /**
   * Keeps a document. One with this id that was kept before stays, and is given. Throws
   * `idempotency_mismatch` where that one is another.
   */
  add(document: Document): Promise<Document>;
  find(key: DocumentKey): Promise<Document | undefined>;
  /** Changes a document in one of these states; false, with nothing changed, for another. */
  change(
    key: DocumentKey,
    change: DocumentChange,
    states: readonly DocumentState[],
  ): Promise<boolean>;
}

/** Files by their names, all of one place. */
export interface Files {
  write(name: string, content: string): Promise<void>;
  /** Undefined for a file that is not there; with a limit, no more than so many bytes of it. */
  read(name: string, maxBytes?: number): Promise<Uint8Array | undefined>;
  remove(name: string): Promise<void>;
  /**
   * An address at which whoever knows it may put this file, within some minutes: of this kind and,
   * where it is told, of this size.
   */
  uploadUrl(
    name: string,
    upload: { readonly contentType: string; readonly size?: number },
  ): Promise<string>;
  /** The address that other services have for it. */
  uri(name: string): string;
}

/** Runs of workflows. */
export interface Workflows {
  /** Starts a run, or finds the one that was started for the same document. */
  start(document: Document, input: object): Promise<string>;
  /** How a run stands. */
  look(executionId: string): Promise<WorkflowLook>;
}

export interface WorkflowLook {
  readonly state: 'running' | 'succeeded' | 'failed';
  /** The step that it is at. */
  readonly step?: string;
}

/** A file of a document's: what was brought, and what is worked with. */
export function uploadName({ owner, documentId }: DocumentKey): string {
  return `uploads/${toSegment(owner)}/${documentId}`;
}

export function workName({ owner, documentId }: DocumentKey, file: string): string {
  return `work/${toSegment(owner)}/${documentId}/${file}`;
}

/** The document that a file is the upload of; undefined for another file. */
export function documentOf(name: string): DocumentKey | undefined {
  const [, owner, documentId] = /^uploads\/([^/]+)\/([\w-]{1,64})$/u.exec(name) ?? [];
  if (owner === undefined || documentId === undefined) return undefined;
  try {
    return { owner: fromSegment(owner), documentId };
  } catch {
    return undefined;
  }
}

/** An owner in letters that mean nothing in addresses: nobody has to know whether one is decoded. */
function toSegment(owner: string): string {
  return encodeURIComponent(owner).replaceAll('_', '%5F').replaceAll('%', '_');
}

function fromSegment(segment: string): string {
  return decodeURIComponent(segment.replaceAll('_', '%'));
}

/** Uploads are at most this large. */
export const maxDocumentBytes = 25 * 1_048_576;
