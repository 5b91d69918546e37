import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeWhole } from '#local/process/write-whole.ts';
import type { LocalState } from '#local/host/state/local-state.ts';

/** Writes the state to a file that only its owner can read, because it contains credentials. */
export async function writeStateFile(path: string, state: LocalState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
}

/** Removes the state file, if it exists. */
export function removeStateFile(path: string): void {
  rmSync(path, { force: true });
}
