import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * Writes the bootstrap programs of execution environments and returns their paths. The one for Node
 * is bundled into plain JavaScript, because stripping types would add 40 ms to each start.
 */
export async function writeBootstraps(folder: string): Promise<Bootstraps> {
  const runtime = join(import.meta.dirname, '../runtime');
  await build({
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    entryPoints: {
      bootstrap: join(runtime, 'bootstrap.ts'),
      'web-adapter': join(runtime, 'web-adapter/web-adapter.ts'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return {
    node: resolve(folder, 'bootstrap.mjs'),
    python: join(runtime, 'bootstrap.py'),
    webAdapter: {
      program: resolve(folder, 'web-adapter.mjs'),
      shims: join(runtime, 'web-adapter/shims'),
    },
  };
}
