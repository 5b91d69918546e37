import type { DynaliteStore, Write } from 'dynalite/db/index.js';
import type { Storage } from '#local/dynamodb/database.ts';
import { beginUnit, type ItemChange, type UnitOfWork } from '#local/dynamodb/units/unit-of-work.ts';

/** What becomes of a unit of work. */
export interface UnitOutcome<Result> {
  readonly result: Result;
  /** Whether its writes take effect. */
  readonly commits: boolean;
  /** What is written together with the changes of the unit. */
  readonly others?: readonly Write[] | undefined;
  /** Called once all of it is on disk, before the next unit begins. */
  readonly onCommit?: (() => void) | undefined;
}

/** Records changes of items, in the batch that makes them. */
export interface ChangeRecorder {
  /** Returns what to write about some changes. */
  record(changes: readonly ItemChange[], isExpiry: boolean): readonly Write[];
  /** Called once the changes are on disk. */
  recorded(changes: readonly ItemChange[]): void;
}

/** Runs units of work. */
export interface Units {
  /** Runs a unit after those before it. `isExpiry` says that the service deletes the items. */
  run<Result>(
    work: (unit: UnitOfWork, store: DynaliteStore) => Promise<UnitOutcome<Result>>,
    options?: { readonly isExpiry: boolean },
  ): Promise<Result>;
}

/** Creates the units of work of a database, one at a time. */
export function createUnits(storage: Storage, recorder: ChangeRecorder): Units {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async run(work, { isExpiry } = { isExpiry: false }) {
      const runNow = async (): Promise<Awaited<ReturnType<typeof work>>['result']> =>
        storage.write(async (store) => {
          const unit = beginUnit(store);
          try {
            const { result, commits, others = [], onCommit } = await work(unit, store);
            if (!commits) return result;
            await unit.commit([...others, ...recorder.record(unit.changes, isExpiry)]);
            onCommit?.();
            recorder.recorded(unit.changes);
            return result;
          } finally {
            unit.end();
          }
        });
      const result = last.then(runNow);
      last = result.catch(() => undefined);
      return result;
    },
  };
}
