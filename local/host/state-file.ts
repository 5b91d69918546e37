import { rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LocalState } from '#local/host/local-state.ts';

/** Writes the state, for its owner's eyes only: it holds credentials. */
export async function writeStateFile(path: string, state: LocalState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  await writeFile(half, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  // Whoever waits for the file finds the whole of it.
  await rename(half, path);
}

export function removeStateFile(path: string): void {
  rmSync(path, { force: true });
}
