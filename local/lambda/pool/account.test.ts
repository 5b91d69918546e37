import { expect, test } from 'vitest';
import type { Concurrency } from '#local/lambda/definition/function-definition.ts';
import { createAccount, defaultConcurrency } from '#local/lambda/pool/account.ts';

const reserving = (limit: number): { readonly concurrency: Concurrency } => ({
  concurrency: { type: 'reserved', limit },
});

test('the default limit is within the quotas of AWS', () => {
  expect(defaultConcurrency()).toBeGreaterThanOrEqual(10);
  expect(defaultConcurrency()).toBeLessThanOrEqual(1_000);
  expect(createAccount([], undefined).limit).toBe(defaultConcurrency());
});

test('the default limit leaves ten to functions without reserved concurrency', () => {
  expect(createAccount([reserving(900), reserving(500)], undefined).limit).toBe(1_410);
});

test.each([
  [0, [], '--concurrency: must be from 1 to 1000, not 0'],
  [1_001, [], '--concurrency: must be from 1 to 1000, not 1001'],
  [
    5,
    [reserving(2), reserving(3)],
    '--concurrency: must be from 6 to 1000, not 5: functions reserve 5',
  ],
] as const)('a limit of %i is refused', (limit, functions, message) => {
  expect(() => createAccount(functions, limit)).toThrow(message);
});
