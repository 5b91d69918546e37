/** Something that arrived, or several parts of an answer in a row. */
export interface RawEvent {
  /** Milliseconds since the request. */
  readonly atMs: number;
  readonly type: string;
  /** How many events these are. */
  readonly count: number;
  /** The beginning of what they carry. */
  readonly text: string;
}

/** The events of an answer, joined so that there are never more than `maxEvents`. */
export interface RawEvents {
  add(type: string, atMs: number, text: string): void;
  /** Returns how many events were added. */
  count(): number;
  list(): readonly RawEvent[];
}

export const maxEvents = 300;
export const maxTextLength = 160;
const firstWindowMs = 25;

/**
 * Returns an empty list. When it is full, parts of the answer that came within a time are joined;
 * the time doubles with each round. What is still too much is left out in the middle.
 */
export function createRawEvents(): RawEvents {
  let events: RawEvent[] = [];
  let windowMs = 0;
  let count = 0;
  const makeRoom = (): void => {
    windowMs = windowMs === 0 ? firstWindowMs : 2 * windowMs;
    events = join(events, windowMs);
    if (events.length > maxEvents && windowMs > maxWindowMs) events = withoutMiddle(events);
    else if (events.length > maxEvents) makeRoom();
  };
  return {
    add(type, atMs, text) {
      count += 1;
      const event = { atMs, type, count: 1, text: cut(text) };
      const last = events.at(-1);
      if (last !== undefined && belongTogether(last, event, windowMs)) {
        events.splice(-1, 1, joined(last, event));
        return;
      }
      events.push(event);
      if (events.length > maxEvents) makeRoom();
    },
    count: () => count,
    list: () => events,
  };
}

/** From here on, the events are no parts of an answer that can be joined. */
const maxWindowMs = 3_600_000;

function join(events: readonly RawEvent[], windowMs: number): RawEvent[] {
  const shorter: RawEvent[] = [];
  for (const event of events) {
    const last = shorter.at(-1);
    if (last !== undefined && belongTogether(last, event, windowMs)) {
      shorter.splice(-1, 1, joined(last, event));
    } else shorter.push(event);
  }
  return shorter;
}

function belongTogether(one: RawEvent, next: RawEvent, windowMs: number): boolean {
  return one.type === next.type && one.type.endsWith('-delta') && next.atMs - one.atMs < windowMs;
}

function joined(one: RawEvent, next: RawEvent): RawEvent {
  const text = one.text.length < maxTextLength ? cut(one.text + next.text) : one.text;
  return { ...one, count: one.count + next.count, text };
}

function cut(text: string): string {
  if (text.length <= maxTextLength) return text;
  // A slice would hold the whole string in memory.
  return `${Array.from(text.slice(0, maxTextLength)).join('')}…`;
}

function withoutMiddle(events: readonly RawEvent[]): RawEvent[] {
  const half = maxEvents / 2;
  return [...events.slice(0, half), ...events.slice(half + 1)];
}
