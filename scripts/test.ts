import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { readOptions } from '#local/process/read-options.ts';
import { buildAll } from './build.ts';

/*
 * Runs the checks and the tests. The last line is `N passed, N failed`, in which each check counts
 * as one test.
 */

const help = `Runs the checks (format, lint, types, unused code) and the tests.

npm test                 everything
npm test -- FILE …       the tests in these files or folders, without the checks
npm run check            the checks only, without a build
npm run check -- FILE …  format and lint of these files, and the types
npm run test:watch       the unit tests, again whenever a file changes
npm run test:long        the tests that take long by nature

  --static  the checks only
  --long    tests that install tools, and more rounds of those that repeat (STREAMBED_ROUNDS)`;

const { values, positionals: files } = readOptions({
  allowPositionals: true,
  options: {
    static: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Tests that install tools, or repeat something `STREAMBED_ROUNDS` times as often. */
const longTests = [
  'test/wire/src/domain/turn-properties',
  'test/journeys/kill',
  'test/journeys/table-faults',
  'local/lambda/pool',
];

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

type Check = readonly [name: string, script: string, ...args: readonly string[]];

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const results = values.static || files.length === 0 ? checks().map(runCheck) : [];
  if (!values.static) {
    if (files.length === 0 || files.some(needsBuild)) await buildAll();
    results.push(...(await runTests()));
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** Returns the checks. The types and the unused code concern all files. */
function checks(): readonly Check[] {
  return [
    ['format', 'oxfmt/bin/oxfmt', '--check', ...files],
    ['lint', 'oxlint/bin/oxlint', '--no-error-on-unmatched-pattern', ...files],
    ['types', 'typescript/bin/tsc', '--project', '.'],
    ['types of the page', 'typescript/bin/tsc', '--project', 'web'],
    ...(files.length === 0 ? [['unused code', 'knip/bin/knip.js'] as const] : []),
  ];
}

function runCheck([name, script, ...args]: Check): Tally {
  const isOk = runNode(`node_modules/${script}`, args);
  console.log(`${isOk ? 'ok' : 'FAILED'}  ${name}`);
  return isOk ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Unit tests run the sources themselves; all other tests may host what is built. */
function needsBuild(file: string): boolean {
  const path = relative('.', file);
  if (path === 'test/bundle-size.test.ts') return true;
  return !/^(?:(?:src|local|web|test\/doubles)(?:\/|$)|test\/[^/]+\.test\.ts$)/u.test(path);
}

async function runTests(): Promise<readonly Tally[]> {
  if (files.length > 0) return [await runVitest(files)];
  if (!values.long) return [await runVitest(['--project=!long*'])];
  // What installs tools takes both cores, which tests of bursts need.
  const bursts = 'test/long/soak.test.ts';
  return [
    await runVitest([...longTests, bursts]),
    await runVitest(['test/long', `--exclude=${bursts}`]),
  ];
}

async function runVitest(filters: readonly string[]): Promise<Tally> {
  const report = 'node_modules/.cache/vitest-report.json';
  await rm(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = values.long ? { STREAMBED_ROUNDS: '10' } : {};
  const isOk = runNode('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...filters], env);
  if (!existsSync(report)) {
    console.error('Vitest ended without a report; its output above says why.');
    return { passed: 0, failed: 1 };
  }
  const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, 'utf8'));
  // A file that cannot be loaded fails, although none of its tests does.
  const minFailed = isOk ? 0 : 1;
  return { passed: Number(numPassedTests), failed: Math.max(Number(numFailedTests), minFailed) };
}

function runNode(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, [file, ...args], options).status === 0;
}
