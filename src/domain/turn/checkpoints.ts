import type { Clock } from '#domain/clock.ts';
import { isConflict, toChatError, type ChatError } from '#domain/errors.ts';
import {
  appendJoined,
  logTtlMs,
  sizeOf,
  takeEntry,
  type LogEvent,
  type Marks,
  type TurnLog,
} from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** Writes the log of a turn in the background. The turn never waits for it. */
export interface Checkpoints {
  add(event: LogEvent): void;
  /** Stops the writing. Resolves when no write is in progress. */
  close(): Promise<void>;
}

export interface CheckpointListener {
  /** Called when a person has stopped the turn. */
  onStop(): void;
  /** Called when another process has taken over the turn. */
  onLost(error: ChatError): void;
}

const intervalMs = 1_000;
const flushCharacters = 2_048;

/**
 * Appends events to the log about once a second, or earlier if there are many, one write at a
 * time. Without new events, only checks whether the turn must stop. A failed write is repeated in
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
      await clock.sleep(intervalMs, wake.signal);
      wake = new AbortController();
      if (isClosed) return;
      const { stopRequested, lost } = await attempt(() => writer.flush(clock.now() + logTtlMs));
      if (stopRequested) listener.onStop();
      if (lost === undefined) continue;
      listener.onLost(lost);
      return;
    }
  };
  const writing = write();

  return {
    add(event) {
      if (writer.add(event) >= flushCharacters) wake.abort();
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
    return { stopRequested: false, ...(isConflict(error) ? { lost: toChatError(error) } : {}) };
  }
}

interface Writer {
  /** Adds an event and returns the number of characters that wait to be written. */
  add(event: LogEvent): number;
  flush(expiresAtMs: number): Promise<Marks>;
}

/** A failed write is repeated unchanged, because a reader of the log may have seen it. */
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
