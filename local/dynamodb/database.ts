import type { DynaliteStore } from 'dynalite/db/index.js';
import { damaged, openLevel } from '#local/dynamodb/level.ts';
import {
  activateTable,
  changesData,
  runOperation,
  type DynamoResponse,
} from '#local/dynamodb/operations.ts';
import { DiskError, type Disk } from '#local/process/disk.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The tables in one LevelDB folder. */
export interface Database {
  /** Runs an operation of DynamoDB. Throws a `DiskError` if the disk refuses a write. */
  run(operation: string, input: object): Promise<DynamoResponse>;
  /** Ends the creation of a table, if a crash interrupted it. */
  activate(tableName: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the tables in a folder and creates it if needed. Throws an error that names what is damaged.
 *
 * After a write that failed, LevelDB's log may end in half a record, and what is written behind it
 * would be lost at the next start. So the database takes no write until it was opened again, which
 * needs the disk to have room. Reads go on.
 */
export async function openDatabase(folder: string, disk: Disk): Promise<Database> {
  let level = await openLevel(folder, disk);
  let fault: unknown;
  let reopening: Promise<void> | undefined;
  const leases = new Set<Promise<void>>();

  const reopen = async (): Promise<void> => {
    if (level.isOpen() && !disk.hasRoomFor(level.logBytes())) throw fault;
    await Promise.all(leases);
    await level.close();
    level = await openLevel(folder, disk);
    fault = undefined;
    disk.wrote();
  };

  /** Returns a function that ends the use of the database. It is not opened again before. */
  const borrow = async (isWrite: boolean): Promise<() => void> => {
    const isNeeded = (): boolean => (isWrite && fault !== undefined) || !level.isOpen();
    if (reopening !== undefined || isNeeded()) {
      reopening ??= reopen().finally(() => (reopening = undefined));
      await reopening.catch((error: unknown) => {
        if (isNeeded()) throw error;
      });
      return borrow(isWrite);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    leases.add(promise);
    return () => {
      leases.delete(promise);
      resolve();
    };
  };

  const use = async <Result>(
    isWrite: boolean,
    work: (store: DynaliteStore) => Promise<Result>,
  ): Promise<Result> => {
    const giveBack = await borrow(isWrite);
    try {
      const result = await work(level.store);
      // What was written at the same time as a failed write may be behind half a record.
      if (isWrite && fault !== undefined) throw fault;
      return result;
    } catch (error) {
      const failure = describeFailure(folder, error, disk);
      if (isWrite && failure !== error) fault ??= failure;
      throw failure;
    } finally {
      giveBack();
    }
  };

  return {
    run: (operation, input) =>
      use(changesData(operation), (store) => runOperation(store, operation, input)),
    activate: (tableName) => use(true, (store) => activateTable(store, tableName)),
    async close() {
      await reopening?.catch(() => undefined);
      await level.close();
    },
  };
}

/** Returns another error than the given one if the disk or LevelDB is at fault. */
function describeFailure(folder: string, error: unknown, disk: Disk): unknown {
  const failure = disk.failed(error);
  if (failure instanceof DiskError || !isRecord(error)) return failure;
  const isLevelFault = String(error['code']).startsWith('LEVEL_');
  return isLevelFault ? damaged(folder, String(error['message'])) : error;
}
