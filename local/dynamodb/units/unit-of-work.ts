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

/** Begins a unit of work. Only one may be open at a time: two could wait for each other's items. */
export function beginUnit(store: DynaliteStore): UnitOfWork {
  const items = new Map<string, Item | undefined>();
  const keys: ItemKey[] = [];
  const releases: (() => void)[] = [];
  const writes: Write[] = [];
  const changes: ItemChange[] = [];
  let isRepeated = false;
  let isChecking = false;
  let isEnded = false;
  let last: Item | undefined;

  const getItemDb = (tableName: string): PartDb => {
    const db = store.getItemDb(tableName);
    const prefix = `item-${tableName}~`;
    const record = (write: Write): void => {
      if (isChecking) return;
      const after = write.type === 'put' && isRecord(write.value) ? write.value : undefined;
      writes.push(write);
      changes.push({ tableName, before: items.get(write.key), after });
    };
    return {
      lock: (_, run) => run((done) => done),
      get(key, done) {
        if (items.has(prefix + key)) {
          isRepeated = true;
          return done(null, items.get(prefix + key));
        }
        items.set(prefix + key, undefined);
        keys.push({ tableName, key: prefix + key });
        db.lock(key, (release) => {
          const unlock = release(() => undefined);
          if (isEnded) return unlock();
          releases.push(unlock);
          db.get(key, (error, value) => {
            last = isRecord(value) ? value : undefined;
            items.set(prefix + key, last);
            done(error, value);
          });
        });
      },
      put(key, value, done) {
        record({ type: 'put', key: prefix + key, value });
        done(null);
      },
      del(key, done) {
        record({ type: 'del', key: prefix + key });
        done(null);
      },
    };
  };

  const getIndexDb: DynaliteStore['getIndexDb'] = (type, tableName, indexName) => {
    const prefix = `index-${type.toLowerCase()}~${tableName}~${indexName}~`;
    return {
      get: (key, done) => store.getIndexDb(type, tableName, indexName).get(key, done),
      put(key, value, done) {
        if (!isChecking) writes.push({ type: 'put', key: prefix + key, value });
        done(null);
      },
      del(key, done) {
        if (!isChecking) writes.push({ type: 'del', key: prefix + key });
        done(null);
      },
    };
  };

  return {
    store: { ...store, getItemDb, getIndexDb },
    changes,
    hasRepeatedItem: () => isRepeated,
    readKeys: () => keys,
    lastRead: () => last,
    async checking(run) {
      isChecking = true;
      try {
        return await run();
      } finally {
        isChecking = false;
      }
    },
    commit: (others) => store.db.batch([...writes, ...others]),
    end() {
      isEnded = true;
      for (const release of releases) release();
    },
  };
}
