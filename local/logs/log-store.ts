import { randomUUID } from 'node:crypto';

/** One line of a log. */
export interface LogEvent {
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** The log groups, in memory, each with its last 10,000 lines or a few more. */
export interface LogStore {
  /** Creates a group, unless it exists. */
  put(group: string): void;
  /** Adds a line to a stream of a group, and creates the group if needed. */
  append(group: string, stream: string, message: string): void;
  groups(): readonly LogGroup[];
  find(group: string): LogGroup | undefined;
}

/** A log group with its lines, the oldest first. */
export interface LogGroup {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly events: readonly LogEvent[];
}

/** The number of lines that are kept for each group. */
const maxEvents = 10_000;

/** Returns an empty store. `now` returns milliseconds since 1970. */
export function createLogStore(now: () => number): LogStore {
  const groups = new Map<string, LogGroup & { readonly events: LogEvent[] }>();
  const put = (name: string): { readonly events: LogEvent[] } => {
    const group = groups.get(name) ?? { name, createdAt: Math.floor(now()), events: [] };
    groups.set(name, group);
    return group;
  };
  return {
    put: (name) => void put(name),
    append(group, stream, message) {
      const { events } = put(group);
      events.push({ id: randomUUID(), stream, message, timestamp: Math.floor(now()) });
      // Old lines are removed in batches, as removing one for each new line would be slow.
      if (events.length > maxEvents * 1.1) events.splice(0, events.length - maxEvents);
    },
    groups: () => [...groups.values()],
    find: (name) => groups.get(name),
  };
}
