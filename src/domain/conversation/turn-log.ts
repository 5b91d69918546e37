import { cutText } from '#domain/text.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** What a log keeps of an answer: the rest of it is said again by whoever reads the log. */
export type LogEvent = Extract<StreamEvent, { type: `${string}-delta` | 'block-start' | 'block' }>;

/** A piece of an answer, as it was written. */
export interface LogEntry {
  /** The place of the entry in its log, from 1, without gaps. */
  readonly slot: number;
  readonly events: readonly LogEvent[];
}

/**
 * What a live turn has said so far, kept for others to read while it runs: append-only, for a
 * limited time. A mark for the writer is left in the slot that it writes next, so that one write
 * both appends and hears of the mark.
 */
export interface TurnLog {
  /**
   * Appends an entry; the same one again changes nothing. Tells whether the turn is to stop.
   * Throws `conflict` when the log was sealed: the turn is somebody else's to end.
   */
  append(key: TurnKey, entry: LogEntry & { readonly expiresAtMs: number }): Promise<Marks>;
  /** The marks in a slot that is not written yet. Throws `conflict` when the log was sealed. */
  marks(key: TurnKey, slot: number): Promise<Marks>;
  /** Asks whoever writes the log to stop the turn; it hears of it with its next write. */
  requestStop(key: TurnKey, expiresAtMs: number): Promise<void>;
  /** The entries after a slot, in order. */
  read(key: TurnKey, afterSlot: number): Promise<readonly LogEntry[]>;
  /** Lets nobody append any more, and gives all that was appended. */
  seal(key: TurnKey, expiresAtMs: number): Promise<readonly LogEntry[]>;
}

export interface Marks {
  readonly stopRequested: boolean;
}

/** Logs are kept this long, for readers who come back. */
export const logKeptMs = 3_600_000;

/** How much of an answer an event is: the characters of its delta. Cursors count in these. */
export function lengthOf(event: TurnEvent): number {
  if (!isLogEvent(event) || event.type === 'block-start' || event.type === 'block') return 0;
  return event.type === 'tool-input-delta' ? event.json.length : event.text.length;
}

/** How much room an event takes in a log: a block that comes whole counts with all that is in it. */
export function sizeOf(event: LogEvent): number {
  return event.type === 'block' ? JSON.stringify(event.block).length : lengthOf(event);
}

/** Whether an event is one that logs keep. */
export function isLogEvent(event: TurnEvent): event is LogEvent {
  return event.type === 'block-start' || event.type === 'block' || event.type.endsWith('-delta');
}

/** Appends an event to others, as part of the last one where it goes on with that. */
export function appendJoined(events: LogEvent[], event: LogEvent): void {
  const last = events.at(-1);
  const both = last === undefined ? undefined : joined(last, event);
  if (both === undefined) events.push(event);
  else events.splice(-1, 1, both);
}

/** The most characters of an entry: in any script it fits into an item of a table. */
const entryCharacters = 64_000;

/** Takes from the events, oldest first, as many as one entry may hold; a delta may be divided. */
export function takeEntry(events: LogEvent[]): readonly LogEvent[] {
  const taken: LogEvent[] = [];
  let room = entryCharacters;
  while (room > 0) {
    const event = events.shift();
    if (event === undefined) break;
    const length = sizeOf(event);
    // A whole block cannot be divided: where it is more than there is room, it has an entry alone.
    const isAlone = event.type === 'block' && length > room;
    if (isAlone && taken.length > 0) {
      events.unshift(event);
      break;
    }
    if (length <= room || isAlone) {
      taken.push(event);
    } else {
      const [first, rest] = divided(event, room);
      taken.push(first);
      events.unshift(rest);
    }
    room -= length;
  }
  return taken;
}

/** A delta in two, the first of which has this many characters, or one more of a pair. */
export function divided(event: LogEvent, at: number): readonly [LogEvent, LogEvent] {
  switch (event.type) {
    case 'block-start':
    case 'block':
      return [event, event];
    case 'text-delta':
    case 'reasoning-delta': {
      const [first, rest] = cutText(event.text, at);
      return [
        { ...event, text: first },
        { ...event, text: rest },
      ];
    }
    case 'tool-input-delta': {
      const [first, rest] = cutText(event.json, at);
      return [
        { ...event, json: first },
        { ...event, json: rest },
      ];
    }
  }
}

/** Two deltas as one, where the second goes on with the first. */
export function joined(before: LogEvent, event: LogEvent): LogEvent | undefined {
  if (before.index !== event.index) return undefined;
  if (before.type === 'text-delta' && event.type === 'text-delta') {
    return { ...before, text: before.text + event.text };
  }
  if (before.type === 'reasoning-delta' && event.type === 'reasoning-delta') {
    return { ...before, ...event, text: before.text + event.text };
  }
  if (before.type === 'tool-input-delta' && event.type === 'tool-input-delta') {
    return { ...before, json: before.json + event.json };
  }
  return undefined;
}
