import { createHash } from 'node:crypto';
import { existsSync, type Dirent } from 'node:fs';
import { glob, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Artifact {
  readonly name: string;
  /** Files and folders that decide what the output is. */
  readonly inputs: readonly string[];
  /** The folder that is made anew. */
  readonly output: string;
}

/** Makes an artifact anew when its inputs have changed since it was last made. */
export async function refresh(
  { name, inputs, output }: Artifact,
  make: () => Promise<void>,
): Promise<void> {
  const hash = await hashOf(inputs);
  if ((await stampOf(output)) === hash) return;
  const startedAt = performance.now();
  await rm(output, { recursive: true, force: true });
  await make();
  await mkdir(output, { recursive: true });
  await writeFile(stampFile(output), hash);
  console.log(`Built the ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** Returns whether an artifact is as its inputs are now. */
export async function stateOf({
  inputs,
  output,
}: Artifact): Promise<'current' | 'stale' | 'missing'> {
  const stamp = await stampOf(output);
  if (stamp === undefined) return 'missing';
  return stamp === (await hashOf(inputs)) ? 'current' : 'stale';
}

function stampFile(output: string): string {
  return join(output, '.inputs');
}

async function stampOf(output: string): Promise<string | undefined> {
  const stamp = stampFile(output);
  return existsSync(stamp) ? readFile(stamp, 'utf8') : undefined;
}

async function hashOf(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of await filesOf(input)) {
      hash.update(`${file}\0`);
      hash.update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

async function filesOf(input: string): Promise<readonly string[]> {
  if (!(await stat(input)).isDirectory()) return [input];
  const files: string[] = [];
  for await (const entry of glob(`${input}/**/*`, { withFileTypes: true, exclude: isLeftOut })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  return files.toSorted();
}

function isLeftOut({ name }: Dirent): boolean {
  return /^(?:\.next|node_modules|\.inputs|next-env\.d\.ts|.*\.tsbuildinfo)$|\.test\.tsx?$/u.test(
    name,
  );
}
