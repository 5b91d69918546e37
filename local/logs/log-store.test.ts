import { expect, test } from 'vitest';
import { createLogStore } from '#local/logs/log-store.ts';

test('a group keeps its last lines, and few of them if they are long', () => {
  const logs = createLogStore(() => 0);
  for (let line = 0; line < 25_000; line += 1) logs.append('short', 'stream', `line ${line}`);
  const short = logs.find('short')?.events ?? [];
  expect(short.at(-1)?.message).toBe('line 24999');
  expect(short.length).toBeGreaterThanOrEqual(10_000);
  expect(short.length).toBeLessThanOrEqual(11_000);
  for (let line = 0; line < 1_000; line += 1) logs.append('long', 'stream', 'x'.repeat(262_144));
  expect(logs.find('long')?.events.length).toBeLessThan(80);
});
