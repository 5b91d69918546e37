import type { ErrorCode } from '#domain/errors.ts';

/** What an owner can have done with everything that is stored for them. */
export type DataJobKind = 'export' | 'deletion';

export type DataJobState = 'queued' | 'running' | 'complete' | 'failed';

export interface DataJobKey {
  readonly owner: string;
  readonly kind: DataJobKind;
  readonly jobId: string;
}

/** The kinds of data that are counted and reported, in the order in which a job handles them. */
export const dataKinds = [
  'tasks',
  'conversations',
  'attachments',
  'documents',
  'sessions',
  'exports',
  'notes',
  'callback_secrets',
  'page_sessions',
  'spending_days',
] as const;

export type DataKind = (typeof dataKinds)[number];

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export type Counts = Readonly<Partial<Record<DataKind, Progress>>>;

/** Where a job continues: a kind of data, and the place that was reached in it. */
export interface Cursor {
  readonly kind: DataKind;
  readonly after?: string | undefined;
}

/** One export or one deletion of everything that an owner has. It has nothing of its content. */
export interface DataJob extends DataJobKey {
  readonly state: DataJobState;
  readonly createdAtMs: number;
  /** When the job may be forgotten. */
  readonly expiresAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** Until when a worker may be running it; absent if none is. */
  readonly leaseUntilMs?: number;
  /** Grows with each message that continues the job. Older messages are obsolete. */
  readonly step: number;
  /** Absent until the data has been counted. */
  readonly counts?: Counts;
  readonly cursor?: Cursor;
  /** The names of the finished parts of an export, in their order. */
  readonly parts: readonly string[];
  readonly error?: DataJobError;
}

export interface DataJobError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a worker changes in a job. `isReleased` lets another worker continue it. */
export type DataJobChange = Partial<
  Pick<DataJob, 'state' | 'finishedAtMs' | 'step' | 'counts' | 'cursor' | 'parts' | 'error'>
> & { readonly isReleased?: true };

export interface Claim {
  /** The worker, a new name for each delivery. */
  readonly worker: string;
  readonly step: number;
  readonly nowMs: number;
  /** After this time, the worker's process cannot be running. */
  readonly leaseUntilMs: number;
}

export type ClaimResult =
  | { readonly type: 'claimed'; readonly job: DataJob }
  /** Another worker may be running the job until then. */
  | { readonly type: 'busy'; readonly leaseUntilMs: number }
  /** The job has ended, does not exist, or was continued by a later message. */
  | { readonly type: 'obsolete' };

/** Stores the exports and deletions of owners. An owner has at most one that has not ended. */
export interface DataJobs {
  /**
   * Stores a job and returns it. Returns the one with the same id if it exists already, and the one
   * of the same kind that has not ended if there is one. Throws `conflict` if there is one of the
   * other kind.
   */
  begin(job: DataJob): Promise<DataJob>;
  find(key: DataJobKey): Promise<DataJob | undefined>;
  /** Makes a worker the only one that may save the job. */
  claim(key: DataJobKey, claim: Claim): Promise<ClaimResult>;
  /** Changes a job and returns it. Throws `conflict` if another worker has claimed it. */
  save(key: DataJobKey, worker: string, change: DataJobChange): Promise<DataJob>;
}

/** Names a job whose next step is due, and nothing of its content. */
export interface DataJobMessage extends DataJobKey {
  readonly step: number;
}

/** A queue of jobs. It may deliver a message more than once. */
export interface DataJobQueue {
  send(message: DataJobMessage, delaySeconds: number): Promise<void>;
}

/** Returns whether a job is complete or has failed. */
export function hasDataJobEnded({ state }: DataJob): boolean {
  return state === 'complete' || state === 'failed';
}
