import type { Usage } from '#local/bedrock/turn/answer.ts';

/** The record of one request. */
export interface JournalEntry {
  readonly requestId: string;
  readonly operation: string;
  readonly modelId?: string | undefined;
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly status: number;
  readonly outcome: 'completed' | 'refused' | 'faulted' | 'client_cancelled';
  /** The type of the error that was returned. */
  readonly error?: string | undefined;
  /** What would help, if the error has such a hint. */
  readonly hint?: string | undefined;
  /** The name of the scenario that was applied, or a description if it has no name. */
  readonly scenario?: string | undefined;
  readonly usage?: Usage | undefined;
  /** Output tokens sent before the answer ended, failed, or the client disconnected. */
  readonly tokensGenerated?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly durationMs: number;
  /** The text of the last user message. */
  readonly prompt?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The caller, as the request states it. Whether it was verified depends on the mode. */
export type Identity =
  | { readonly type: 'sigv4'; readonly accessKeyId: string; readonly region: string }
  | { readonly type: 'bearer'; readonly keyEnd: string }
  | { readonly type: 'none' };

/** The latest requests, oldest first. */
export interface Journal {
  add(entry: JournalEntry): void;
  entries(): readonly JournalEntry[];
  clear(): void;
}

const maxEntries = 10_000;

/** Creates a journal that keeps the last 10,000 requests in memory. Calls `onEntry` for each. */
export function createJournal(onEntry: (entry: JournalEntry) => void = () => undefined): Journal {
  const entries: JournalEntry[] = [];
  return {
    add(entry) {
      entries.push(entry);
      onEntry(entry);
      if (entries.length > maxEntries) entries.splice(0, entries.length - maxEntries);
    },
    entries: () => entries,
    clear: () => entries.splice(0),
  };
}
