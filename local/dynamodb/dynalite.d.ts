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
  /** The storage of dynalite: one LevelDB folder. */
  export interface DynaliteStore {
    readonly db: {
      readonly status: string;
      open(): Promise<void>;
      get(key: string): Promise<unknown>;
      put(key: string, value: unknown): Promise<void>;
      close(): Promise<void>;
    };
    readonly tableDb: {
      /** Runs a function when no other has the key. It calls `release` for a callback that ends it. */
      lock(key: string, run: (release: (done: () => void) => () => void) => void): void;
    };
  }

  interface StoreOptions {
    readonly path: string;
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
  }

  const database: { create(options: StoreOptions): DynaliteStore };
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
