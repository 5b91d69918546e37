/** One line of a log. */
export interface LogEvent {
  /** Digits, as many as AWS's. Later lines have greater ids, also as text. */
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** The log groups, in memory, each with about its last 10,000 lines or 16 MB. */
export interface LogStore {
  /** Creates a group, unless it exists. */
  put(group: string): void;
  /** Adds a line to a stream of a group, and creates the group if needed. */
  append(group: string, stream: string, message: string): void;
  /** Sets how long lines of a group would be kept on AWS, and creates the group if needed. */
  retain(group: string, days: number | undefined): void;
  groups(): readonly LogGroup[];
  find(group: string): LogGroup | undefined;
}

/** A log group with its lines, the oldest first. */
export interface LogGroup {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly events: readonly LogEvent[];
  /** How long AWS would keep its lines; forever if absent. */
  readonly retentionDays: number | undefined;
}

/** How much is kept of each group. */
const max = { events: 10_000, characters: 16 * 1024 * 1024 };

const idDigits = 56;

interface StoredGroup extends LogGroup {
  readonly events: LogEvent[];
  retentionDays: number | undefined;
  /** The length of all messages. */
  characters: number;
}

/** Returns an empty store. `now` returns milliseconds since 1970. */
export function createLogStore(now: () => number): LogStore {
  const groups = new Map<string, StoredGroup>();
  let count = 0;
  const put = (name: string): StoredGroup => {
    const group = groups.get(name) ?? {
      name,
      createdAt: Math.floor(now()),
      events: [],
      retentionDays: undefined,
      characters: 0,
    };
    groups.set(name, group);
    return group;
  };
  return {
    put: (name) => void put(name),
    retain(name, days) {
      put(name).retentionDays = days;
    },
    append(name, stream, message) {
      const group = put(name);
      count += 1;
      const id = String(count).padStart(idDigits, '0');
      group.events.push({ id, stream, message, timestamp: Math.floor(now()) });
      group.characters += message.length;
      // Old lines are removed in batches, as removing one for each new line would be slow.
      const isFull =
        group.events.length > max.events * 1.1 || group.characters > max.characters * 1.1;
      if (isFull) removeOldest(group);
    },
    groups: () => [...groups.values()],
    find: (name) => groups.get(name),
  };
}

function removeOldest(group: StoredGroup): void {
  let count = 0;
  for (const { message } of group.events) {
    const isEnough =
      group.events.length - count <= max.events && group.characters <= max.characters;
    if (isEnough) break;
    count += 1;
    group.characters -= message.length;
  }
  group.events.splice(0, count);
}
