import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * Writes the bootstrap programs of execution environments and returns their paths. Those for Node
 * are bundled into plain JavaScript, because stripping types would add 40 ms to each start.
 */
export async function writeBootstraps(folder: string): Promise<Bootstraps> {
  const runtime = join(import.meta.dirname, '../runtime');
  const [node, program] = await Promise.all([
    bundleRuntime(join(runtime, 'bootstrap.ts'), resolve(folder, 'bootstrap.mjs')),
    bundleRuntime(join(runtime, 'web-adapter/web-adapter.ts'), resolve(folder, 'web-adapter.mjs')),
  ]);
  const shims = join(runtime, 'web-adapter/shims');
  return { node, python: join(runtime, 'bootstrap.py'), webAdapter: { program, shims } };
}

/** Bundles a program that runs inside environments into a file. Returns the file's path. */
export async function bundleRuntime(program: string, outfile: string): Promise<string> {
  await build({
    outfile,
    entryPoints: [program],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}
