import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { readShape, type Shape } from '#local/wire/shape.ts';

/** A database in one file. */
export interface Store {
  /** Prepares a statement that gives rows of a shape. */
  rows<Row>(
    sql: string,
    shape: Shape<Row>,
  ): (...values: readonly SQLInputValue[]) => readonly Row[];
  /** Prepares a statement that changes rows; gives how many, and the last id. */
  change(sql: string): (...values: readonly SQLInputValue[]) => Changed;
  /** Carries out several statements as one: all of them are kept, or none. */
  atomically<Result>(run: () => Result): Result;
  close(): void;
}

export interface Changed {
  readonly count: number;
  readonly lastId: number;
}

/**
 * Opens a database in one file. What was written is there after the process was killed: every
 * statement is in the write-ahead log before it returns.
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
    atomically(run) {
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
