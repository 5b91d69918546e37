import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * Gives the programs of execution environments. Node's is written as one file of plain JavaScript:
 * taking the types off at every start would cost 40 ms each time.
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
  return { node, python, sdkRoot: resolve(import.meta.dirname, '../../..') };
}
