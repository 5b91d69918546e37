import { expect, test } from 'vitest';
import { isLogged } from '#local/lambda/environment/log-level.ts';

const warnings = {
  format: 'JSON',
  applicationLevel: 'WARN',
  systemLevel: 'INFO',
  group: '/aws/lambda/f',
} as const;
const timestamp = '2026-11-21T10:00:00.000Z';

test.each([
  [{ level: 'ERROR', timestamp }, true],
  [{ level: 'warn', timestamp }, true],
  [{ level: 'INFO', timestamp }, false],
  // Lambda takes these for INFO.
  [{ level: 'loud', timestamp }, false],
  [{ message: 'no level', timestamp }, false],
  [{ level: 'ERROR' }, false],
  [{ level: 'ERROR', timestamp: 'yesterday' }, false],
])('with the level WARN, the line %j is logged: %s', (line, expected) => {
  expect(isLogged(JSON.stringify(line), warnings)).toBe(expected);
});

test('what is not JSON is logged, and so is everything in the text format', () => {
  expect(isLogged('Segmentation fault', warnings)).toBe(true);
  expect(isLogged('{ not JSON', warnings)).toBe(true);
  expect(isLogged('{"level":"INFO"}', { ...warnings, format: 'Text' })).toBe(true);
});
