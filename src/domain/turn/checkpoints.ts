import type { Clock } from '#domain/clock.ts';
import { ChatError } from '#domain/errors.ts';
import {
  appendJoined,
  logKeptMs,
  sizeOf,
  takeEntry,
  type LogEvent,
  type Marks,
  type TurnLog,
} from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** Writes a turn's log beside the turn, which never waits for it. */
export interface Checkpoints {
  add(event: LogEvent): void;
  /** Ends the writing. Resolves when nothing of it is under way any more. */
  close(): Promise<void>;
}

export interface CheckpointListener {
  stopRequested(): void;
  /** Somebody else has taken the turn over. */
  lost(error: ChatError): void;
}

const everyMs = 1_000;
const enoughCharacters = 2_048;

/**
 * Appends what is said to the log about once a second, or sooner when it is much, one write at a
 * time. In silence it only looks whether the turn is to stop. A write that fails is repeated with
 * the next round.
 */
export function startCheckpoints(
  { log, clock }: { readonly log: TurnLog; readonly clock: Clock },
  key: TurnKey,
  listener: CheckpointListener,
): Checkpoints {
  const writer = createWriter(log, key);
  let wake = new AbortController();
  let isClosed = false;

  const write = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, wake.signal);
      wake = new AbortController();
      if (isClosed) return;
      const { stopRequested, lost } = await attempt(() => writer.flush(clock.now() + logKeptMs));
      if (stopRequested) listener.stopRequested();
      if (lost === undefined) continue;
      listener.lost(lost);
      return;
    }
  };
  const writing = write();

  return {
    add(event) {
      if (writer.add(event) >= enoughCharacters) wake.abort();
    },
    close() {
      isClosed = true;
      wake.abort();
      return writing;
    },
  };
}

async function attempt(flush: () => Promise<Marks>): Promise<Marks & { lost?: ChatError }> {
  try {
    return await flush();
  } catch (error) {
    const isLost = error instanceof ChatError && error.code === 'conflict';
    return { stopRequested: false, ...(isLost ? { lost: error } : {}) };
  }
}

interface Writer {
  /** Gives how many characters wait to be written. */
  add(event: LogEvent): number;
  flush(expiresAtMs: number): Promise<Marks>;
}

/** What failed to be written is written unchanged: whoever reads the log may have seen it. */
function createWriter(log: TurnLog, key: TurnKey): Writer {
  let slot = 1;
  let unsent: readonly LogEvent[] = [];
  const waiting: LogEvent[] = [];
  let characters = 0;
  return {
    add(event) {
      appendJoined(waiting, event);
      characters += sizeOf(event);
      return characters;
    },
    async flush(expiresAtMs) {
      if (unsent.length === 0) {
        unsent = takeEntry(waiting);
        characters = waiting.reduce((sum, event) => sum + sizeOf(event), 0);
      }
      if (unsent.length === 0) return log.marks(key, slot);
      const marks = await log.append(key, { slot, events: unsent, expiresAtMs });
      slot += 1;
      unsent = [];
      return marks;
    },
  };
}
