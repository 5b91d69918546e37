import { expect, test } from 'vitest';
import { createLogTail } from '#local/lambda/environment/log-tail.ts';

test('a tail ends with the last lines, in order', () => {
  const tail = createLogTail();
  for (let line = 0; line < 100_000; line += 1) tail.add(`line ${line}`);
  expect(tail.lines().slice(-2)).toEqual(['line 99998', 'line 99999']);
  expect(tail.lines().length).toBeLessThan(20_000);
});

test('a tail of long lines stays small', () => {
  const tail = createLogTail();
  for (let line = 0; line < 100; line += 1) tail.add('x'.repeat(200_000));
  expect(tail.lines()).toHaveLength(1);
});
