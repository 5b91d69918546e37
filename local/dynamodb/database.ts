import type { DynaliteStore } from 'dynalite/db/index.js';
import { damaged } from '#local/dynamodb/level.ts';
import {
  activateTable,
  changesData,
  runOperation,
  type DynamoResponse,
} from '#local/dynamodb/operations.ts';
import { openRecoveringLevel, type RecoveringLevel } from '#local/dynamodb/recovering-level.ts';
import { DiskError, type Disk } from '#local/process/disk.ts';
import { isRecord } from '#local/wire/shape.ts';

/** One LevelDB folder. */
export interface Storage {
  /** Reads from the store. */
  read<Result>(work: Work<Result>): Promise<Result>;
  /** Writes to the store. Throws a `DiskError` if the disk refuses. */
  write<Result>(work: Work<Result>): Promise<Result>;
}

/** The tables in one LevelDB folder. */
export interface Database extends Storage {
  /** Runs an operation of DynamoDB. Throws a `DiskError` if the disk refuses a write. */
  run(operation: string, input: object): Promise<DynamoResponse>;
  /** Ends the creation of a table, if a crash interrupted it. */
  activate(tableName: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the tables in a folder, and creates it if needed. Throws an error that names a fault. */
export async function openDatabase(folder: string, disk: Disk): Promise<Database> {
  const level = await openRecoveringLevel(folder, disk);
  const describe = (error: unknown): unknown => describeFailure(folder, error, disk);
  return {
    read: (work) => read(level, work, describe),
    write: (work) => write(level, work, describe),
    async run(operation, input) {
      const work = (store: DynaliteStore): Promise<DynamoResponse> =>
        runOperation(store, operation, input);
      return changesData(operation) ? write(level, work, describe) : read(level, work, describe);
    },
    activate: (tableName) => write(level, (store) => activateTable(store, tableName), describe),
    close: () => level.close(),
  };
}

type Work<Result> = (store: DynaliteStore) => Promise<Result>;

/** Returns the error to throw: another one if the disk or LevelDB is at fault. */
type Describe = (error: unknown) => unknown;

async function read<Result>(
  level: RecoveringLevel,
  work: Work<Result>,
  describe: Describe,
): Promise<Result> {
  const { store, giveBack } = await level.borrow(false);
  try {
    return await work(store);
  } catch (error) {
    throw describe(error);
  } finally {
    giveBack();
  }
}

async function write<Result>(
  level: RecoveringLevel,
  work: Work<Result>,
  describe: Describe,
): Promise<Result> {
  const { store, giveBack } = await level.borrow(true);
  try {
    const result = await work(store);
    const fault = level.fault();
    // What was written at the same time as a failed write may be behind half a record.
    if (fault !== undefined) throw fault;
    return result;
  } catch (error) {
    const failure = describe(error);
    if (failure !== error) level.failed(failure);
    throw failure;
  } finally {
    giveBack();
  }
}

function describeFailure(folder: string, error: unknown, disk: Disk): unknown {
  const failure = disk.failed(error);
  if (failure instanceof DiskError || !isRecord(error)) return failure;
  const isLevelFault = String(error['code']).startsWith('LEVEL_');
  return isLevelFault ? damaged(folder, String(error['message'])) : error;
}
