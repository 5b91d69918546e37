import type { Usage } from '#local/bedrock/turn/answer.ts';

/** What is remembered of one request. */
export interface JournalEntry {
  readonly requestId: string;
  readonly operation: string;
  readonly modelId?: string | undefined;
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly status: number;
  readonly outcome: 'completed' | 'refused' | 'faulted' | 'client_cancelled';
  /** The type of the error that was answered. */
  readonly error?: string | undefined;
  /** The name of the scenario that answered; what it does, where it has none. */
  readonly scenario?: string | undefined;
  readonly usage?: Usage | undefined;
  /** What was said before the reader left or the answer failed, in tokens. */
  readonly tokensGenerated?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly durationMs: number;
  /** What the user said last. */
  readonly prompt?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Who asked, as far as the request says; whether it was checked depends on the mode. */
export type Identity =
  | { readonly type: 'sigv4'; readonly accessKeyId: string; readonly region: string }
  | { readonly type: 'bearer'; readonly keyEnd: string }
  | { readonly type: 'none' };

export interface Journal {
  add(entry: JournalEntry): void;
  entries(): readonly JournalEntry[];
  clear(): void;
}

/** So many requests are kept, in memory. */
const most = 10_000;

/** The last ten thousand requests; whoever listens is told of each. */
export function createJournal(tell: (entry: JournalEntry) => void = () => undefined): Journal {
  const entries: JournalEntry[] = [];
  return {
    add(entry) {
      entries.push(entry);
      tell(entry);
      if (entries.length > most) entries.splice(0, entries.length - most);
    },
    entries: () => entries,
    clear: () => entries.splice(0),
  };
}
