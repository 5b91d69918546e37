import { splitText } from '#domain/text.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** The events that a log stores. A reader of the log adds the others again. */
export type LogEvent = Extract<StreamEvent, { type: `${string}-delta` | 'block-start' | 'block' }>;

/** A part of an answer, written at once. */
export interface LogEntry {
  /** The entry's position in the log, from 1, without gaps. */
  readonly slot: number;
  readonly events: readonly LogEvent[];
}

/**
 * The answer of a live turn so far, which others can read while it runs: append-only, and stored
 * for a limited time. A mark for the writer goes into its next slot, so that one write both appends
 * and reports the mark.
 */
export interface TurnLog {
  /**
   * Appends an entry; repeating it changes nothing. Returns the marks for the writer. Throws
   * `conflict` if the log was sealed: another process ends the turn.
   */
  append(key: TurnKey, entry: LogEntry & { readonly expiresAtMs: number }): Promise<Marks>;
  /**
   * Returns the marks in an unwritten slot, and answers a ping in it. Throws `conflict` if the log
   * was sealed.
   */
  marks(key: TurnKey, slot: number): Promise<Marks>;
  /**
   * Asks the writer for a sign of life. A `stop` also asks it to stop the turn; its next write
   * returns the mark.
   */
  ping(key: TurnKey, mark: 'ping' | 'stop', expiresAtMs: number): Promise<Ping>;
  /** Returns whether the writer has answered a ping, or written the slot that it is in. */
  isAnswered(key: TurnKey, ping: Ping): Promise<boolean>;
  /** Returns the entries after a slot, in order. */
  read(key: TurnKey, afterSlot: number): Promise<readonly LogEntry[]>;
  /** Refuses all further entries, and returns those that were appended. */
  seal(key: TurnKey, expiresAtMs: number): Promise<readonly LogEntry[]>;
}

/** A mark in the writer's next slot that asks whether anyone writes the log. */
export interface Ping {
  readonly slot: number;
  /** Counts the pings in the slot, from 1. An answer is the number of the last ping seen. */
  readonly number: number;
}

export interface Marks {
  readonly stopRequested: boolean;
}

/** How long a log is stored, for readers who return. */
export const logTtlMs = 3_600_000;

/** Returns the characters that an event adds to the answer. Cursors count in these. */
export function deltaLength(event: TurnEvent): number {
  if (!isLogEvent(event) || event.type === 'block-start' || event.type === 'block') return 0;
  return event.type === 'tool-input-delta' ? event.json.length : event.text.length;
}

/** Returns the characters that an event takes in a log; a whole block counts with its content. */
export function sizeOf(event: LogEvent): number {
  return event.type === 'block' ? JSON.stringify(event.block).length : deltaLength(event);
}

/** Returns whether a log stores the event. */
export function isLogEvent(event: TurnEvent): event is LogEvent {
  return event.type === 'block-start' || event.type === 'block' || event.type.endsWith('-delta');
}

/** Appends an event. If it continues the last one, the two are joined. */
export function appendJoined(events: LogEvent[], event: LogEvent): void {
  const last = events.at(-1);
  const joined = last === undefined ? undefined : joinDeltas(last, event);
  if (joined === undefined) events.push(event);
  else events.splice(-1, 1, joined);
}

/** The maximum characters of an entry. In any script it fits into one DynamoDB item. */
const maxEntryCharacters = 64_000;

/** Removes as many events as fit into one entry, oldest first; a delta may be split. */
export function takeEntry(events: LogEvent[]): readonly LogEvent[] {
  const taken: LogEvent[] = [];
  let free = maxEntryCharacters;
  while (free > 0) {
    const event = events.shift();
    if (event === undefined) break;
    const size = sizeOf(event);
    // A whole block cannot be split. If it is too large, it gets an entry of its own.
    const isOversized = event.type === 'block' && size > free;
    if (isOversized && taken.length > 0) {
      events.unshift(event);
      break;
    }
    if (size <= free || isOversized) {
      taken.push(event);
    } else {
      const [first, rest] = splitDelta(event, free);
      taken.push(first);
      events.unshift(rest);
    }
    free -= size;
  }
  return taken;
}

/** Splits a delta after about `length` characters, as `splitText` does. */
export function splitDelta(event: LogEvent, length: number): readonly [LogEvent, LogEvent] {
  switch (event.type) {
    case 'block-start':
    case 'block':
      return [event, event];
    case 'text-delta':
    case 'reasoning-delta': {
      const [first, rest] = splitText(event.text, length);
      return [
        { ...event, text: first },
        { ...event, text: rest },
      ];
    }
    case 'tool-input-delta': {
      const [first, rest] = splitText(event.json, length);
      return [
        { ...event, json: first },
        { ...event, json: rest },
      ];
    }
  }
}

/** Joins two deltas; undefined if the second does not continue the first. */
export function joinDeltas(before: LogEvent, event: LogEvent): LogEvent | undefined {
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
