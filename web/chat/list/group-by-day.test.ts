import { expect, test } from 'vitest';
import { dayName, groupByDay } from './group-by-day.ts';
import { listWords } from './words.ts';

const now = new Date(2026, 10, 30, 9);
const at = (...[month, day, hour = 12, year = 2026]: number[]): { updated_at: string } => ({
  updated_at: new Date(year, (month ?? 1) - 1, day, hour).toISOString(),
});

const namesOf = (language: 'en' | 'ja', ...items: { updated_at: string }[]): readonly string[] =>
  groupByDay(items, { now, language, words: listWords[language] }).map(
    ({ name, items: { length } }) => `${name} ${length}`,
  );

test('conversations are grouped by the midnights of the reader, not by hours', () => {
  const items = [at(11, 30, 8), at(11, 30, 0), at(11, 29, 23), at(11, 29, 0), at(11, 28, 23)];
  expect(namesOf('en', ...items)).toEqual(['Today 2', 'Yesterday 2', 'Previous 7 days 1']);
});

test('older conversations are grouped by weeks, then by months with the year of another year', () => {
  const items = [at(11, 23), at(11, 22), at(10, 31), at(10, 30), at(12, 24, 12, 2025)];
  expect(namesOf('en', ...items)).toEqual([
    'Previous 7 days 1',
    'Previous 30 days 2',
    'October 1',
    'December 2025 1',
  ]);
  expect(namesOf('ja', ...items)).toEqual([
    '過去7日間 1',
    '過去30日間 2',
    '10月 1',
    '2025年12月 1',
  ]);
});

test('a clock that is behind the server shows today', () => {
  expect(namesOf('en', at(12, 1))).toEqual(['Today 1']);
});

test('a day at the end of a line is its date', () => {
  const options = { now, language: 'en', words: listWords.en } as const;
  expect(dayName(new Date(2026, 10, 29), options)).toBe('Yesterday');
  expect(dayName(new Date(2026, 10, 12), options)).toBe('Nov 12');
  expect(dayName(new Date(2025, 10, 12), { ...options, language: 'ja' })).toBe('2025年11月12日');
});
