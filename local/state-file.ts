import { rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Credentials } from '#local/sigv4.ts';

/** What a running system tells programs about itself; keys are the template's logical ids. */
export interface LocalState {
  readonly ready: true;
  readonly region: string;
  readonly credentials: Credentials;
  readonly web?: string;
  readonly endpoints: { readonly aws: string };
  /** Bearer keys that the local Bedrock takes beside signatures. */
  readonly bedrock: { readonly apiKeys: readonly string[] };
  readonly functions: Readonly<Record<string, FunctionState>>;
  readonly apis: Readonly<
    Record<string, { readonly url: string; readonly apiKeys: readonly string[] }>
  >;
  readonly tables: Readonly<Record<string, string>>;
  /** The template's outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface FunctionState {
  readonly name: string;
  /** Present where the function has a URL. */
  readonly url?: string;
  readonly authType?: string;
  readonly invokeMode?: string;
}

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
