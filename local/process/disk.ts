import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';

/** Thrown when the disk does not take data, mostly because no space is left on it. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
}

/** The disk of a data directory, as its stores find it. */
export interface Disk {
  /** Returns the error to throw for a failed write: a `DiskError` if the disk is the reason. */
  failed(error: unknown): unknown;
  /** Records that a write succeeded. */
  wrote(): void;
  /** Returns whether this many bytes and a few more can be written now. */
  hasRoomFor(bytes: number): boolean;
  /** From now on, prints when the disk stops taking data, and when it takes them again. */
  report(log: (line: string) => void): void;
}

/** Writes what may be missing: a full disk does not refuse the read that it belongs to. */
export function writeIfPossible(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** Watches the disk of a folder that exists. */
export function createDisk(folder: string): Disk {
  let isFaulty = false;
  let print: ((line: string) => void) | undefined;
  const hasRoomFor = (bytes: number): boolean => tryToWrite(folder, bytes);
  return {
    hasRoomFor,
    failed(error) {
      if (error instanceof DiskError) return error;
      const fault = describeFault(error);
      if (fault === undefined) return error;
      const message = `${folder} cannot be written: ${fault}.`;
      // One line for all the writes that fail until the disk works again.
      if (!isFaulty)
        print?.(`! ${message} Reads go on, and writes will as soon as the disk allows.`);
      isFaulty = true;
      return new DiskError(message, { cause: error });
    },
    wrote() {
      // A small write may fit where others do not.
      if (!isFaulty || !hasRoomFor(0)) return;
      isFaulty = false;
      print?.(`${folder} can be written again.`);
    },
    report(log) {
      print = log;
    },
  };
}

const noSpace = 'no space is left on the disk';

const faultsByCode: Readonly<Record<string, string>> = {
  ENOSPC: noSpace,
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'a file would be larger than the system allows',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reports an error',
};

/** SQLite's primary result codes, the low byte of `errcode` (sqlite.org/rescode.html). */
const faultsBySqliteCode: Readonly<Record<number, string>> = {
  8: 'a file is read-only',
  10: 'the disk reports an error',
  13: noSpace,
};

/** Returns why the disk refused a write, or undefined for any other error. */
function describeFault(error: unknown): string | undefined {
  if (!isRecord(error)) return undefined;
  const { code, errcode, message, cause } = error;
  if (typeof errcode === 'number') return faultsBySqliteCode[errcode & 0xff];
  if (code === 'LEVEL_IO_ERROR') return describeLevelFault(String(message));
  if (typeof code === 'string' && faultsByCode[code] !== undefined) return faultsByCode[code];
  return describeFault(cause);
}

/** LevelDB reports the text of the system's error, `IO error: FILE: No space left on device`. */
function describeLevelFault(message: string): string | undefined {
  const found = faultsByText.find(([text]) => text.test(message));
  return found === undefined ? undefined : faultsByCode[found[1]];
}

const faultsByText = [
  [/no space/iu, 'ENOSPC'],
  [/quota/iu, 'EDQUOT'],
  [/too large/iu, 'EFBIG'],
  [/read-only/iu, 'EROFS'],
  [/input\/output error/iu, 'EIO'],
] as const;

const chunkBytes = 1024 * 1024;

/** Writes and removes files of this size in total, and one more. */
function tryToWrite(folder: string, bytes: number): boolean {
  const count = Math.ceil(bytes / chunkBytes) + 1;
  const chunk = Buffer.alloc(chunkBytes, 1);
  let probe: string | undefined;
  try {
    probe = mkdtempSync(join(folder, 'space-'));
    for (let index = 0; index < count; index += 1) writeFileSync(join(probe, `${index}`), chunk);
    return true;
  } catch {
    return false;
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true });
  }
}
