import { defineConfig } from 'vitest/config';

const project = (name: string, include: readonly string[], timeoutMs: number): object => ({
  extends: true,
  test: { name, include: [...include], testTimeout: timeoutMs, hookTimeout: 180_000 },
});

export default defineConfig({
  test: {
    // A machine with much else to do may take its time.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      project('unit', ['{src,infra,local,web}/**/*.test.{ts,tsx}', 'test/*.test.ts'], 10_000),
      project('wire', ['test/wire/**/*.test.ts'], 30_000),
      project('journeys', ['test/journeys/**/*.test.ts'], 60_000),
      project('browser', ['test/browser/**/*.test.ts'], 60_000),
    ],
  },
});
