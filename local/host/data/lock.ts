import { truncateSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRecord } from '#local/wire/shape.ts';
import { writeWhole } from '#local/process/write-whole.ts';

/**
 * Reserves a data directory for this process and returns a function that releases it. Throws if
 * another system has it: two systems would take each other's messages.
 *
 * The lock is one of the operating system, on a file that SQLite holds open. So it ends with its
 * process, however that ends, and no content of a file can stand for it. `in-use-by` only says who
 * has the lock.
 */
export async function lockDataDirectory(path: string): Promise<() => Promise<void>> {
  const note = join(path, 'in-use-by');
  const lock = tryLock(join(path, 'lock'));
  if (lock === undefined) {
    throw new Error(
      `${path} is in use by ${await readOwner(note)}. Stop it, or use another with --data.`,
    );
  }
  try {
    await writeWhole(note, String(process.pid));
  } catch (error) {
    lock.close();
    throw error;
  }
  return async () => {
    await rm(note, { force: true });
    lock.close();
  };
}

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const busy = 5;
const notADatabase = 26;

/** Returns the locked file, or undefined if it is locked already. It stays empty. */
function tryLock(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file);
  try {
    // With its journal in memory, SQLite touches no other file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    const code = isRecord(error) ? error['errcode'] : undefined;
    if (code === busy) return undefined;
    if (code !== notADatabase) throw error;
  }
  // Whatever the file contains was not written by a system.
  truncateSync(file);
  return tryLock(file);
}

async function readOwner(note: string): Promise<string> {
  const text = await readFile(note, 'utf8').catch(() => '');
  return /^[1-9]\d{0,9}$/u.test(text) ? `process ${text}` : 'another process';
}
