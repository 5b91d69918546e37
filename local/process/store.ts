import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { readShape, type Shape } from '#local/wire/shape.ts';

/** An SQLite database in one file. */
export interface Store {
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
 * the write-ahead log before it returns.
 */
export function openStore(file: string, schema: string): Store {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec(schema);
  return {
    rows(sql, shape) {
      const statement = db.prepare(sql);
      return (...values) =>
        statement
          .all(...values)
          .map((row) =>
            readShape(shape, row, (problems) => new Error(describeProblems(`${file}:`, problems))),
          );
    },
    change(sql) {
      const statement = db.prepare(sql);
      return (...values) => {
        const { changes, lastInsertRowid } = statement.run(...values);
        return { count: Number(changes), lastId: Number(lastInsertRowid) };
      };
    },
    transaction(run) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = run();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => db.close(),
  };
}
