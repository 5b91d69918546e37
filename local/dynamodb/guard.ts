import type { DynaliteStore } from 'dynalite/db/index.js';

type Call = (...values: readonly unknown[]) => unknown;

/**
 * Returns a store for one operation of dynalite. An error that the operation throws in a callback of
 * the store goes to `fail`, where it would end the process otherwise, and gives back its locks.
 */
export function guardStore(store: DynaliteStore, fail: (error: unknown) => void): DynaliteStore {
  const locks = new Set<() => void>();
  const failAll = (error: unknown): void => {
    for (const release of locks) release();
    fail(error);
  };
  return guard(store, { locks, fail: failAll });
}

interface Operation {
  /** Release the locks that the operation has. */
  readonly locks: Set<() => void>;
  fail(error: unknown): void;
}

/** Guards an object and the objects that its functions return: databases and streams. */
function guard<Target extends object>(target: Target, operation: Operation): Target {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (isCall(value)) {
        return (...values: readonly unknown[]) => {
          const wrap = name === 'lock' ? wrapLocked : wrapCallback;
          const wrapped = values.map((each) => (isCall(each) ? wrap(each, operation) : each));
          return guardObject(value.apply(target, wrapped), operation);
        };
      }
      return guardObject(value, operation);
    },
  });
}

function guardObject(value: unknown, operation: Operation): unknown {
  return typeof value === 'object' && value !== null ? guard(value, operation) : value;
}

function isCall(value: unknown): value is Call {
  return typeof value === 'function';
}

function wrapCallback(callback: Call, { fail }: Operation): Call {
  return (...values) => {
    try {
      return callback(...values);
    } catch (error) {
      return fail(error);
    }
  };
}

/** What runs under a lock receives a function that wraps its callback and releases the lock. */
function wrapLocked(callback: Call, operation: Operation): Call {
  return wrapCallback((release) => {
    if (!isCall(release)) return callback(release);
    const free = release();
    let isHeld = true;
    const releaseOnce = (): void => {
      if (isHeld && isCall(free)) free();
      isHeld = false;
    };
    operation.locks.add(releaseOnce);
    return callback((done: unknown) => (...values: readonly unknown[]) => {
      releaseOnce();
      return isCall(done) ? done(...values) : undefined;
    });
  }, operation);
}
