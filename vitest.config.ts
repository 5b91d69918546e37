import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, so that they start first and run beside the others. */
const slowFiles =
  /turn-properties|turn-crashes|turn-deaths|tasks|time|table-faults|runtime|faults|function-url|invoke|browser|start|documents|bedrock-command|examples|readme/u;

const isSlow = ({ moduleId }: TestSpecification): boolean =>
  /test\/(?:wire|journeys|browser)/u.test(moduleId) && slowFiles.test(moduleId);

class SlowFilesFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(
      files.toSorted((one, other) => Number(isSlow(other)) - Number(isSlow(one))),
    );
  }
}

const project = (name: string, include: readonly string[], timeoutMs: number): object => ({
  extends: true,
  test: {
    name,
    include: [...include],
    exclude: ['**/node_modules/**', ...(name === 'unit' ? builtTests : [])],
    testTimeout: timeoutMs,
    hookTimeout: 180_000,
  },
});

/** Unit tests of what is built. All other unit tests run without a build. */
const builtTests = ['infra/**/*.test.ts', 'test/bundle-size.test.ts'];

export default defineConfig({
  test: {
    // Most tests wait for processes, so more of them than cores can run at once.
    maxWorkers: Math.max(4, 2 * availableParallelism()),
    sequence: { sequencer: SlowFilesFirst },
    // A busy machine may be slow.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      project(
        'unit',
        ['{src,local,web}/**/*.test.{ts,tsx}', 'test/*.test.ts', 'test/doubles/*.test.ts'],
        10_000,
      ),
      project('built', builtTests, 30_000),
      project('wire', ['test/wire/**/*.test.ts'], 60_000),
      project('journeys', ['test/journeys/**/*.test.ts'], 120_000),
      project('browser', ['test/browser/**/*.test.ts'], 120_000),
    ],
  },
});
