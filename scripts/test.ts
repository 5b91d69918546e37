import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildAll } from './build.ts';

/*
 * The whole test: format, lint, types, unused code, then every vitest project. It ends with one
 * line, `N passed, N failed`, in which each check counts as one test.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { static: { type: 'boolean', default: false } },
});

const checks: readonly (readonly [name: string, ...command: readonly string[]])[] = [
  ['format', 'oxfmt/bin/oxfmt', '--check'],
  ['lint', 'oxlint/bin/oxlint'],
  ['types', 'typescript/bin/tsc', '--project', '.'],
  ['types of the page', 'typescript/bin/tsc', '--project', 'web'],
  ['unused code', 'knip/bin/knip.js'],
];

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

await buildAll();
const results = positionals.length === 0 ? checks.map(runCheck) : [];
if (!values.static) results.push(await runVitest(positionals));
const total = results.reduce(add);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function add(sum: Tally, { passed, failed }: Tally): Tally {
  return { passed: sum.passed + passed, failed: sum.failed + failed };
}

function runCheck([name, file, ...args]: (typeof checks)[number]): Tally {
  const ok = runNode(`node_modules/${file}`, args);
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name}`);
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runVitest(filters: readonly string[]): Promise<Tally> {
  const report = 'node_modules/.cache/vitest-report.json';
  await rm(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = runNode('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...filters]);
  const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, 'utf8'));
  // A file that cannot be loaded fails without any of its tests failing.
  const least = ok ? 0 : 1;
  return { passed: Number(numPassedTests), failed: Math.max(Number(numFailedTests), least) };
}

function runNode(file: string, args: readonly string[]): boolean {
  return spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' }).status === 0;
}
