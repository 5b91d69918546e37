import { expect, test } from 'vitest';
import { checkModels } from '#scripts/doctor/checks/models.ts';
import type { ModelDetails } from '#scripts/doctor/facts.ts';

const now = Date.parse('2026-11-30T00:00:00Z');

const check = (details: Partial<ModelDetails>): readonly object[] => {
  const model = { isOnDemand: true, isLegacy: false, endsAt: undefined, ...details };
  const facts = { id: 'a.b-v1:0', region: 'us-east-1', functions: ['Chat'], profiles: [] };
  return checkModels([{ ...facts, model, access: 'granted' }], now);
};

test('an active model is fine, even if the day of its end is known', () => {
  expect(check({})).toEqual([]);
  expect(check({ endsAt: new Date('2028-01-01') })).toEqual([]);
});

test('a legacy model is a warning with its last day, and an error from then on', () => {
  expect(check({ isLegacy: true, endsAt: new Date('2027-03-01') })).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('switched off on 2027-03-01') },
  ]);
  expect(check({ isLegacy: true, endsAt: new Date('2026-11-30') })).toMatchObject([
    { severity: 'error', message: expect.stringContaining('was switched off on 2026-11-30') },
  ]);
});
