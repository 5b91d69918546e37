import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest. They start first, in this order, so that none is left at the end. */
const slowFiles = [
  'journeys/turn-crashes',
  'journeys/faults',
  'journeys/time',
  'journeys/tasks',
  'wire/local/lambda/runtime',
  'wire/local/host/failing-work',
  'infra/linters',
  'journeys/turn-faults',
  'journeys/table-faults',
  'wire/local/process/signals',
  'wire/local/function-url/function-url',
  'wire/local/bedrock/faults',
  'journeys/documents',
  'journeys/start',
  'journeys/invoke',
  'browser/chat',
  'browser/asking',
  'browser/truth',
  'browser/sign-in',
  'browser/turns',
  'journeys/bedrock-command',
  'journeys/your-data',
  'wire/src/domain/data-jobs',
  'wire/src/domain/turn-properties',
  'wire/src/domain/turn-crashes',
].map((name) => `/${name}.test.ts`);

function startRank({ moduleId }: TestSpecification): number {
  const index = slowFiles.findIndex((name) => moduleId.endsWith(name));
  return index === -1 ? slowFiles.length : index;
}

class SlowFilesFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((one, other) => startRank(one) - startRank(other)));
  }
}

const project = (name: string, include: readonly string[], more: object): object => ({
  extends: true,
  test: { name, include: [...include], hookTimeout: 180_000, ...more },
});

/** Unit tests of what is built. All other unit tests run without a build. */
const builtTests = ['infra/**/*.test.ts', 'test/bundle-size.test.ts'];

const unitTests = [
  '{src,local,models,web,scripts}/**/*.test.{ts,tsx}',
  'test/*.test.ts',
  'test/doubles/*.test.ts',
];

const inBrowser = {
  // The browser changes the environment of its worker.
  isolate: true,
  globalSetup: 'test/browser/unpack-chromium.ts',
  testTimeout: 120_000,
};

export default defineConfig({
  test: {
    // Most tests wait for processes, so more of them than cores can run at once.
    maxWorkers: Math.max(4, 2 * availableParallelism()),
    // Files of a project share workers and loaded modules: loading the AWS SDK takes a second.
    isolate: false,
    // The many hosts that tests start as processes load compiled code.
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compiled') },
    sequence: { sequencer: SlowFilesFirst },
    // A busy machine may be slow.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      project('unit', unitTests, {
        exclude: ['**/node_modules/**', ...builtTests],
        testTimeout: 10_000,
      }),
      project('built', builtTests, { testTimeout: 30_000 }),
      project('wire', ['test/wire/**/*.test.ts'], { testTimeout: 60_000 }),
      project('journeys', ['test/journeys/**/*.test.ts'], { testTimeout: 120_000 }),
      project('long', ['test/long/*.test.ts'], { testTimeout: 900_000 }),
      project('browser', ['test/browser/**/*.test.ts'], inBrowser),
      project('long-browser', ['test/long/browser/**/*.test.ts'], inBrowser),
    ],
  },
});
