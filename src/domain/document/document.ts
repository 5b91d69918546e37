import type { Page, PageRequest } from '#domain/conversation/conversations.ts';
import type { DocumentFailure } from '#domain/document/document-failure.ts';
import { fromSegment, toSegment } from '#domain/segment.ts';

/** What the workflow produces. */
export type DocumentKind = 'summary' | 'analysis';

export type DocumentState = 'awaiting_upload' | 'queued' | 'running' | 'succeeded' | 'failed';

export const documentFormats = ['pdf', 'html', 'md', 'txt'] as const;

export type DocumentFormat = (typeof documentFormats)[number];

export interface DocumentKey {
  readonly owner: string;
  readonly documentId: string;
}

/** A document and the state of its workflow. Its text is in files. */
export interface Document extends DocumentKey {
  readonly kind: DocumentKind;
  readonly state: DocumentState;
  readonly name: string;
  readonly format: DocumentFormat;
  /** The size of the file; absent until it is known. */
  readonly bytes?: number;
  /** Distinguishes requests with the same key. */
  readonly fingerprint: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly finishedAtMs?: number;
  /** The execution of the workflow. */
  readonly executionId?: string;
  /** The result, in JSON. */
  readonly result?: string;
  readonly error?: DocumentFailure;
}

export type DocumentChange = Partial<
  Pick<Document, 'state' | 'finishedAtMs' | 'executionId' | 'result' | 'error' | 'bytes'>
>;

/** Stores documents. Every call reaches one owner's documents only. */
export interface Documents {
  /**
   * Stores a document and returns it. Returns the stored one if the id already exists. Throws
   * `idempotency_mismatch` if that is a different request.
   */
  add(document: Document): Promise<Document>;
  find(key: DocumentKey): Promise<Document | undefined>;
  /** Returns a page of the owner's documents, newest first. */
  list(owner: string, page: PageRequest): Promise<Page<Document>>;
  /** Changes a document if it is in one of these states. Repeating the call changes nothing. */
  change(key: DocumentKey, change: DocumentChange, states: readonly DocumentState[]): Promise<void>;
  /** Removes a document that is as it was read. Returns false if it has changed. */
  remove(document: Document): Promise<boolean>;
}

/** Files in one bucket. */
export interface Files {
  write(name: string, content: string): Promise<void>;
  /** Returns a file, or its first `maxBytes`; undefined if there is no such file. */
  read(name: string, maxBytes?: number): Promise<Uint8Array | undefined>;
  remove(name: string): Promise<void>;
  /** Removes all files in a folder, whose name ends with a slash. */
  removeFolder(folder: string): Promise<void>;
  /**
   * Returns a URL that accepts one upload of this file for some minutes, with this content type and,
   * if given, this size and metadata. It never replaces a file.
   */
  signUpload(name: string, upload: Upload): Promise<SignedUpload>;
  /** Returns the URI of a file for other AWS services. */
  uri(name: string): string;
}

/** What an upload must be. Its metadata is ASCII. */
export interface Upload {
  readonly contentType: string;
  readonly size?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A URL for an upload, and the headers that the upload must have. */
export interface SignedUpload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Workflows that process documents. */
export interface Workflows {
  /** Starts an execution and returns its id; the same id again for the same document. */
  start(document: Document, input: object): Promise<string>;
  /** Returns the state of an execution. */
  describe(executionId: string): Promise<WorkflowExecution>;
  /** Returns the steps that have begun, in their order; none if there is no record of them. */
  steps(executionId: string): Promise<readonly WorkflowStep[]>;
}

export interface WorkflowExecution {
  readonly state: 'running' | 'succeeded' | 'failed';
}

/** What a step, or a part of one, does. A `stopped` one ended because something else failed. */
export type StepState = 'waiting' | 'running' | 'retrying' | 'succeeded' | 'failed' | 'stopped';

/** A step of an execution that has begun. */
export interface WorkflowStep {
  readonly name: string;
  readonly state: StepState;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number;
  /** What the step does at the same time; absent if that is one thing. */
  readonly parts?: readonly WorkflowPart[];
}

export interface WorkflowPart {
  /** Absent if all parts do the same. */
  readonly name?: string;
  readonly state: StepState;
}

/** Returns the name of a document's uploaded file. */
export function uploadName({ owner, documentId }: DocumentKey): string {
  return `uploads/${toSegment(owner)}/${documentId}`;
}

/** Returns the name of an intermediate file of a document's workflow. */
export function workName({ owner, documentId }: DocumentKey, file: string): string {
  return `work/${toSegment(owner)}/${documentId}/${file}`;
}

/** Returns the folder of all intermediate files of a document's workflow. */
export function workFolder(key: DocumentKey): string {
  return workName(key, '');
}

/** Returns the document of an uploaded file; undefined for any other file. */
export function documentOf(name: string): DocumentKey | undefined {
  const [, owner, documentId] = /^uploads\/([^/]+)\/([\w-]{1,64})$/u.exec(name) ?? [];
  if (owner === undefined || documentId === undefined) return undefined;
  try {
    return { owner: fromSegment(owner), documentId };
  } catch {
    return undefined;
  }
}

/** Returns the folders that have all files of an owner's documents, in the order of their names. */
export function documentFolders(owner: string): readonly string[] {
  return [`uploads/${toSegment(owner)}/`, `work/${toSegment(owner)}/`];
}

/** The maximum size of an upload. */
export const maxDocumentBytes = 25 * 1_048_576;
