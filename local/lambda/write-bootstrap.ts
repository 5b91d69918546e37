import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Writes the program of an execution environment as one file of plain JavaScript, and gives its
 * path: taking the types off at every start would cost 40 ms each time.
 */
export async function writeBootstrap(folder: string): Promise<string> {
  const outfile = resolve(folder, 'bootstrap.mjs');
  await build({
    outfile,
    entryPoints: [join(import.meta.dirname, 'runtime', 'bootstrap.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}
