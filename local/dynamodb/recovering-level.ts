import type { DynaliteStore } from 'dynalite/db/index.js';
import { openLevel } from '#local/dynamodb/level.ts';
import type { Disk } from '#local/process/disk.ts';

/**
 * A LevelDB folder that recovers from failed writes. After one, LevelDB's log may end in half a
 * record, and what is written behind it would be lost at the next start. So there are no writes until
 * the folder was opened again, which needs the disk to have room. Reads go on.
 */
export interface RecoveringLevel {
  /** Returns the store for a read or a write. Rejects with the fault if it cannot be used. */
  borrow(isWrite: boolean): Promise<Loan>;
  /** Records why a write failed. */
  failed(fault: unknown): void;
  /** Returns why the last write failed, or undefined after the folder was opened again. */
  fault(): unknown;
  close(): Promise<void>;
}

/** The use of a store. It is not closed until it was given back. */
export interface Loan {
  readonly store: DynaliteStore;
  giveBack(): void;
}

/** Opens a LevelDB folder. Throws an error that names what is damaged. */
export async function openRecoveringLevel(folder: string, disk: Disk): Promise<RecoveringLevel> {
  let level = await openLevel(folder, disk);
  let fault: unknown;
  let reopening: Promise<void> | undefined;
  const loans = new Set<Promise<void>>();

  const reopen = async (): Promise<void> => {
    if (level.isOpen() && !disk.hasRoomFor(level.logBytes())) throw fault;
    await Promise.all(loans);
    await level.close();
    level = await openLevel(folder, disk);
    fault = undefined;
    disk.wrote();
  };

  const borrow = async (isWrite: boolean): Promise<Loan> => {
    const mustReopen = (): boolean => (isWrite && fault !== undefined) || !level.isOpen();
    if (reopening !== undefined || mustReopen()) {
      reopening ??= reopen().finally(() => (reopening = undefined));
      await reopening.catch((error: unknown) => {
        if (mustReopen()) throw error;
      });
      return borrow(isWrite);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    loans.add(promise);
    const giveBack = (): void => {
      loans.delete(promise);
      resolve();
    };
    return { store: level.store, giveBack };
  };

  return {
    borrow,
    failed: (error) => void (fault ??= error),
    fault: () => fault,
    async close() {
      await reopening?.catch(() => undefined);
      await level.close();
    },
  };
}
