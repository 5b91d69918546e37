import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import dynalite, { type DynaliteStore } from 'dynalite/db/index.js';
import { countBytes } from '#local/dynamodb/item-size.ts';
import { DiskError, type Disk } from '#local/process/disk.ts';
import { isRecord } from '#local/wire/shape.ts';

/** An open LevelDB folder with dynalite's tables. */
export interface Level {
  readonly store: DynaliteStore;
  isOpen(): boolean;
  /** The size of what is not in a table file yet. Opening the folder again writes as much. */
  logBytes(): number;
  close(): Promise<void>;
}

/** Opens a LevelDB folder. Throws an error that names what is damaged. */
export async function openLevel(folder: string, disk: Disk): Promise<Level> {
  countBytes();
  const store = dynalite.create({
    path: folder,
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  try {
    await store.db.open();
    // This write leaves the log with content, so that a log that is missing or empty is noticed.
    await store.db.put('opened', Date.now());
  } catch (error) {
    // Otherwise the folder stays locked by this process.
    await store.db.close().catch(() => undefined);
    throw describeFailure(folder, error, disk);
  }
  return {
    store,
    isOpen: () => store.db.status === 'open',
    logBytes: () =>
      logFiles(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    close: () => store.db.close(),
  };
}

function logFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.log'));
}

function describeFailure(folder: string, error: unknown, disk: Disk): unknown {
  const failure = disk.failed(error);
  const cause = isRecord(error) ? error['cause'] : undefined;
  if (failure instanceof DiskError || !isRecord(cause)) return failure;
  if (cause['code'] === 'LEVEL_LOCKED') {
    return new Error(
      `${folder} is in use by another process. Stop it, or use another with --data.`,
    );
  }
  return damaged(folder, String(cause['message']));
}

/** Returns the error for a folder that LevelDB cannot read, with LevelDB's own reason. */
export function damaged(folder: string, reason: string): Error {
  const hint =
    'Restore its folder from a copy, or delete that and inventory.json to start without tables.';
  return new Error(`${findFile(folder, reason)} is damaged (${reason}). ${hint}`);
}

/** Returns the file that LevelDB means. Where it names none, that is the list of its tables. */
function findFile(folder: string, reason: string): string {
  const [named] = /(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|log))/u.exec(reason) ?? [];
  const current = join(folder, 'CURRENT');
  const file = named ?? (existsSync(current) ? readFileSync(current, 'utf8').trim() : '');
  return join(folder, file);
}
