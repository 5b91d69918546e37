import { statSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildSystem, bundleOptions } from '#scripts/build.ts';
import { loadMs } from './load-time.ts';

/*
 * What each function adds to a cold start: the size of its bundle, and how long Node takes to load
 * it, compared with an empty streaming handler and the LangChain function in the same run.
 */

await buildSystem();
const folder = await mkdtemp(join(tmpdir(), 'streambed-bench-'));
await build({
  ...bundleOptions,
  entryPoints: ['bench/cold/empty.ts'],
  outfile: join(folder, 'empty', 'index.cjs'),
});

const names = await readdir('dist', { withFileTypes: true });
const bundles = names.filter((entry) => entry.isDirectory()).map(({ name }) => join('dist', name));
const rows = [join(folder, 'empty'), ...bundles].map((path) => ({
  name: path.split('/').at(-1) ?? path,
  kilobytes: statSync(join(path, 'index.cjs')).size / 1_024,
  ms: loadMs(path),
}));
const base = rows[0]?.ms ?? Number.NaN;
const langchain = rows.find(({ name }) => name === 'langchain')?.ms ?? Number.NaN;

console.log(
  `\n${''.padEnd(22)}${'KB'.padStart(8)}${'load, ms'.padStart(11)}${'÷ empty'.padStart(10)}${'÷ langchain'.padStart(13)}`,
);
for (const { name, kilobytes, ms } of rows.toSorted((a, b) => a.ms - b.ms)) {
  const figures = [kilobytes.toFixed(0).padStart(8), ms.toFixed(1).padStart(11)];
  const ratios = [(ms / base).toFixed(1).padStart(10), (ms / langchain).toFixed(2).padStart(13)];
  console.log(`${name.padEnd(22)}${figures.join('')}${ratios.join('')}`);
}
