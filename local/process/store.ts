import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { describeProblems } from '#local/wire/describe-problems.ts';
import type { Disk } from '#local/process/disk.ts';
import { isRecord, readShape, type Shape } from '#local/wire/shape.ts';

/** An SQLite database in one file. */
export interface Store {
  readonly file: string;
  /** Prepares a query. Running it returns rows, and throws if one does not have the shape. */
  rows<Row>(
    sql: string,
    shape: Shape<Row>,
  ): (...values: readonly SQLInputValue[]) => readonly Row[];
  /** Prepares a statement that changes rows. */
  change(sql: string): (...values: readonly SQLInputValue[]) => ChangeResult;
  /** Runs a function in one transaction, which is rolled back if the function throws. */
  transaction<Result>(run: () => Result): Result;
  close(): void;
}

export interface ChangeResult {
  /** How many rows were changed. */
  readonly count: number;
  /** The row id of the last inserted row. */
  readonly lastId: number;
}

/**
 * Opens a database and creates it if needed. Writes survive a killed process: every statement is in
 * the write-ahead log before it returns. Throws an error that names a damaged file.
 */
export function openStore(file: string, schema: string, disk: Disk): Store {
  const db = openDatabase(file, schema, disk);
  const write = <Result>(run: () => Result): Result => {
    try {
      const result = run();
      disk.wrote();
      return result;
    } catch (error) {
      throw disk.failed(error);
    }
  };
  return {
    file,
    rows(sql, shape) {
      const statement = db.prepare(sql);
      return (...values) => statement.all(...values).map((row) => readRow(file, shape, row));
    },
    change(sql) {
      const statement = db.prepare(sql);
      return (...values) => {
        const { changes, lastInsertRowid } = write(() => statement.run(...values));
        return { count: Number(changes), lastId: Number(lastInsertRowid) };
      };
    },
    transaction: (run) => write(() => runTransaction(db, run)),
    close: () => db.close(),
  };
}

function openDatabase(file: string, schema: string, disk: Disk): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const [check] = db.prepare('PRAGMA quick_check(1)').all();
    if (check?.['quick_check'] !== 'ok') throw damaged(file);
    db.exec(schema);
    // This write leaves the log with content, so that a log that is missing or empty is noticed.
    const [version] = db.prepare('PRAGMA user_version').all();
    db.exec(`PRAGMA user_version = ${(Number(version?.['user_version']) + 1) % 2 ** 31}`);
    return db;
  } catch (error) {
    db.close();
    throw isDamage(error) ? damaged(file) : disk.failed(error);
  }
}

/** Runs a query without opening the store, which nothing changes. */
export function readRows<Row>(
  file: string,
  sql: string,
  { shape, values }: { readonly shape: Shape<Row>; readonly values: readonly SQLInputValue[] },
): readonly Row[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = db.prepare(sql).all(...values);
    return rows.map((row) => readRow(file, shape, row));
  } catch (error) {
    throw isDamage(error) ? damaged(file) : error;
  } finally {
    db.close();
  }
}

function readRow<Row>(file: string, shape: Shape<Row>, row: unknown): Row {
  return readShape(shape, row, (problems) => new Error(describeProblems(`${file}:`, problems)));
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
function isDamage(error: unknown): boolean {
  const code = isRecord(error) ? Number(error['errcode']) & 0xff : 0;
  return code === 11 || code === 26;
}

/** Returns the error for a file whose contents cannot be read. */
export function damaged(file: string): Error {
  const hint =
    'Restore it from a copy, or delete it and inventory.json to start without its contents.';
  return new Error(`${file} is damaged. ${hint}`);
}

function runTransaction<Result>(db: DatabaseSync, run: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has ended the transaction already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
