import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * Writes the bootstrap programs of execution environments and returns their paths. The one for Node
 * is bundled into plain JavaScript, because stripping types would add 40 ms to each start.
 */
export async function writeBootstraps(folder: string): Promise<Bootstraps> {
  const runtime = join(import.meta.dirname, '../runtime');
  const node = await bundleRuntime(join(runtime, 'bootstrap.ts'), resolve(folder, 'bootstrap.mjs'));
  return { node, python: join(runtime, 'bootstrap.py'), sdkRoot };
}

/** The folder whose `node_modules` has the AWS SDK for code that does not bundle it. */
export const sdkRoot = resolve(import.meta.dirname, '../../..');

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
