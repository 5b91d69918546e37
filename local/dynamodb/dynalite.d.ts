declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  export default function dynalite(options?: DynaliteOptions): Server;
}

declare module 'dynalite/db/index.js' {
  type Done = (error: unknown, value?: unknown) => void;

  /** What a batch writes. */
  export type Write =
    | { readonly type: 'put'; readonly key: string; readonly value: unknown }
    | { readonly type: 'del'; readonly key: string };

  /** The keys from one on, or after one, and before another. */
  export interface KeyRange {
    readonly gt?: string;
    readonly gte?: string;
    readonly lt?: string;
    readonly lte?: string;
    readonly reverse?: boolean;
    readonly limit?: number;
  }

  /** A part of the database, with keys of its own. */
  export interface PartDb {
    get(key: string, done: Done): void;
    put(key: string, value: unknown, done: Done): void;
    del(key: string, done: Done): void;
    /** Runs a function when no other has the key. It calls `release` for a callback that ends it. */
    lock(key: string, run: (release: (done: () => void) => () => void) => void): void;
  }

  /** The storage of dynalite: one LevelDB folder. */
  export interface DynaliteStore {
    readonly db: {
      readonly status: string;
      open(): Promise<void>;
      get(key: string): Promise<unknown>;
      put(key: string, value: unknown): Promise<void>;
      batch(writes: readonly Write[]): Promise<void>;
      iterator(range: KeyRange): AsyncIterable<readonly [key: string, value: unknown]>;
      clear(range: KeyRange): Promise<void>;
      close(): Promise<void>;
    };
    readonly tableDb: Pick<PartDb, 'lock'>;
    getItemDb(tableName: string): PartDb;
    getIndexDb(type: string, tableName: string, indexName: string): Omit<PartDb, 'lock'>;
  }

  interface StoreOptions {
    readonly path: string;
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
  }

  const database: {
    /** The most bytes of an item. */
    readonly MAX_SIZE: number;
    create(options: StoreOptions): DynaliteStore;
    /** Measures an item. Dynalite's own checks of the size call this member. */
    itemSize(item: object, ...options: readonly unknown[]): number;
  };
  export default database;
}

declare module 'dynalite/validations/index.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';

  /** What dynalite knows about the input of an operation. */
  export interface Validations {
    readonly types: object;
    readonly custom?: unknown;
  }

  const validations: {
    checkTypes(input: object, types: object): object;
    checkValidations(input: object, types: object, custom: unknown, store: DynaliteStore): void;
  };
  export default validations;
}
