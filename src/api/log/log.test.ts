import { afterEach, expect, test, vi } from 'vitest';
import { logError, logInfo } from '#api/log/log.ts';
import { publishedBy, violations, type MetricLine } from '#test/fixtures/embedded-metrics.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Logs a line of each level and one with metrics, and returns what is written. */
function linesAt(level: string | undefined): readonly MetricLine[] {
  vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', level);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  logInfo('request answered', { status: 200 });
  logInfo('turn ended', { turnId: 't1', route: 'POST /chat', model: 'nova' }, { Turns: 1 });
  logError('request failed', { code: 'internal' });
  return write.mock.calls.map(([line]) => JSON.parse(String(line)) as MetricLine);
}

const messages = ['request answered', 'turn ended', 'request failed'];

test.each([undefined, 'TRACE', 'DEBUG', 'INFO', 'info'])(
  'every line is written at the level %s',
  (level) => {
    expect(linesAt(level).map(({ message }) => message)).toEqual(messages);
  },
);

test.each([
  ['WARN', ['metrics', 'request failed']],
  ['ERROR', ['metrics', 'request failed']],
  ['FATAL', ['metrics']],
])('at the level %s, lines below it are left out, and metrics are published', (level, expected) => {
  const lines = linesAt(level);
  expect(lines.map(({ message }) => message)).toEqual(expected);
  const [published] = lines;
  if (published === undefined) throw new Error('No metrics were published');
  expect(violations(published)).toEqual([]);
  expect(publishedBy(published)).toHaveLength(2);
  // The line must have the level, or Lambda drops it, and says nothing about the turn.
  expect(published).toMatchObject({ level, Turns: 1 });
  expect(published).not.toHaveProperty('turnId');
});
