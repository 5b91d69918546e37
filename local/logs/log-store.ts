import { randomUUID } from 'node:crypto';

/** A line of a log. */
export interface LogEvent {
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** The log groups there are; the last lines of each are kept, as long as the system runs. */
export interface LogStore {
  /** Makes a group that is not there yet. */
  put(group: string): void;
  append(group: string, stream: string, message: string): void;
  groups(): readonly LogGroup[];
  find(group: string): LogGroup | undefined;
}

export interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly events: readonly LogEvent[];
}

/** How many lines of a group are kept. */
const maxEvents = 10_000;

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
      // Now and then, not at every line.
      if (events.length > maxEvents * 1.1) events.splice(0, events.length - maxEvents);
    },
    groups: () => [...groups.values()],
    find: (name) => groups.get(name),
  };
}
