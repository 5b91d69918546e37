import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * Writes the bootstrap programs of execution environments and returns their paths. The one for Node
 * is bundled into plain JavaScript, because stripping types would add 40 ms to each start.
 */
export async function writeBootstraps(folder: string): Promise<Bootstraps> {
  const node = resolve(folder, 'bootstrap.mjs');
  await build({
    outfile: node,
    entryPoints: [join(import.meta.dirname, '../runtime', 'bootstrap.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  const python = join(import.meta.dirname, '../runtime', 'bootstrap.py');
  return { node, python };
}
