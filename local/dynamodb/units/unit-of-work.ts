import type { DynaliteStore, PartDb, Write } from 'dynalite/db/index.js';
import { isRecord } from '#local/wire/shape.ts';

/** An item of DynamoDB's JSON. */
export type Item = Readonly<Record<string, unknown>>;

/** What a unit of work does to an item. */
export interface ItemChange {
  readonly tableName: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Where an item is in LevelDB. */
export interface ItemKey {
  readonly tableName: string;
  readonly key: string;
}

/**
 * Operations of dynalite that take effect together or not at all. Their writes are collected, and
 * become one batch of LevelDB. The items that they read are locked until the unit ends.
 */
export interface UnitOfWork {
  /** The store to run operations on. They do not see what the unit has written. */
  readonly store: DynaliteStore;
  /** The changes so far. */
  readonly changes: readonly ItemChange[];
  /** Whether an item was read more than once. */
  hasRepeatedItem(): boolean;
  /** Returns the keys of the items that were read. */
  readKeys(): readonly ItemKey[];
  /** Returns the item that was read last, as it is on disk. */
  lastRead(): Item | undefined;
  /** Runs an operation whose writes are dropped, because it only checks a condition. */
  checking<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Writes everything at once, with what belongs to it. */
  commit(others: readonly Write[]): Promise<void>;
  /** Unlocks the items. */
  end(): void;
}

/** What the operations of a unit have done so far. */
interface UnitState {
  readonly base: DynaliteStore;
  readonly items: Map<string, Item | undefined>;
  readonly keys: ItemKey[];
  readonly releases: (() => void)[];
  readonly writes: Write[];
  readonly changes: ItemChange[];
  isRepeated: boolean;
  isChecking: boolean;
  isEnded: boolean;
  last: Item | undefined;
}

/** Begins a unit of work. Only one may be open at a time: two could wait for each other's items. */
export function beginUnit(base: DynaliteStore): UnitOfWork {
  const flags = { isRepeated: false, isChecking: false, isEnded: false, last: undefined };
  const lists = { keys: [], releases: [], writes: [], changes: [] };
  const state: UnitState = { base, items: new Map(), ...lists, ...flags };
  return {
    store: {
      ...base,
      getItemDb: (tableName) => itemDbOf(state, tableName),
      getIndexDb: (...name) => indexDbOf(state, ...name),
    },
    changes: state.changes,
    hasRepeatedItem: () => state.isRepeated,
    readKeys: () => state.keys,
    lastRead: () => state.last,
    async checking(run) {
      state.isChecking = true;
      try {
        return await run();
      } finally {
        state.isChecking = false;
      }
    },
    commit: (others) => base.db.batch([...state.writes, ...others]),
    end() {
      state.isEnded = true;
      for (const release of state.releases) release();
    },
  };
}

/** The items of a table. What is read is locked; what is written is only collected. */
function itemDbOf(state: UnitState, tableName: string): PartDb {
  const { base, items, changes } = state;
  const db = base.getItemDb(tableName);
  const prefix = `item-${tableName}~`;
  const record = (write: Write): void => {
    if (state.isChecking) return;
    const after = write.type === 'put' && isRecord(write.value) ? write.value : undefined;
    state.writes.push(write);
    changes.push({ tableName, after, before: items.get(write.key) });
  };
  return {
    ...collect(prefix, record),
    lock: (_, run) => run((done) => done),
    get(key, done) {
      const fullKey = prefix + key;
      if (items.has(fullKey)) {
        state.isRepeated = true;
        return done(null, items.get(fullKey));
      }
      items.set(fullKey, undefined);
      state.keys.push({ tableName, key: fullKey });
      db.lock(key, (release) => {
        const unlock = release(() => undefined);
        if (state.isEnded) return unlock();
        state.releases.push(unlock);
        db.get(key, (error, value) => {
          state.last = isRecord(value) ? value : undefined;
          items.set(fullKey, state.last);
          done(error, value);
        });
      });
    },
  };
}

function indexDbOf(
  state: UnitState,
  ...[type, tableName, indexName]: Parameters<DynaliteStore['getIndexDb']>
): Omit<PartDb, 'lock'> {
  const db = state.base.getIndexDb(type, tableName, indexName);
  const prefix = `index-${type.toLowerCase()}~${tableName}~${indexName}~`;
  const record = (write: Write): void => {
    if (!state.isChecking) state.writes.push(write);
  };
  return { ...collect(prefix, record), get: (key, done) => db.get(key, done) };
}

/** Passes on what is written, with the whole key of LevelDB. */
function collect(prefix: string, record: (write: Write) => void): Pick<PartDb, 'put' | 'del'> {
  return {
    put(key, value, done) {
      record({ value, type: 'put', key: prefix + key });
      done(null);
    },
    del(key, done) {
      record({ type: 'del', key: prefix + key });
      done(null);
    },
  };
}
