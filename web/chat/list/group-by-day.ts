import type { Language } from '../../words/languages.ts';

/** Conversations that were last used at about the same time. */
export interface Group<Item> {
  readonly name: string;
  readonly items: readonly Item[];
}

/** The names of days and of groups of days in one language. */
export interface DayWords {
  readonly today: string;
  readonly yesterday: string;
  readonly previous7Days: string;
  readonly previous30Days: string;
}

const locales: Readonly<Record<Language, string>> = { en: 'en-US', ja: 'ja-JP' };
const dayMs = 86_400_000;

export interface GroupOptions {
  readonly now: Date;
  readonly language: Language;
  readonly words: DayWords;
}

/**
 * Groups items by the day on which they were last used: today, yesterday, the 7 and the 30 days
 * before, then by month. Days are those of the reader's time zone. Keeps the order of the items.
 */
export function groupByDay<Item extends { readonly updated_at: string }>(
  items: readonly Item[],
  options: GroupOptions,
): readonly Group<Item>[] {
  const groups = Map.groupBy(items, (item) => groupOf(new Date(item.updated_at), options));
  return [...groups].map(([name, found]) => ({ name, items: found }));
}

function groupOf(date: Date, { now, language, words }: GroupOptions): string {
  const age = daysBetween(date, now);
  if (age <= 0) return words.today;
  if (age === 1) return words.yesterday;
  if (age <= 7) return words.previous7Days;
  if (age <= 30) return words.previous30Days;
  return date.toLocaleDateString(locales[language], { month: 'long', ...yearOf(date, now) });
}

/** Returns the name of a day for the end of a line: today, yesterday, or its date. */
export function dayName(date: Date, { now, language, words }: GroupOptions): string {
  const age = daysBetween(date, now);
  if (age <= 0) return words.today;
  if (age === 1) return words.yesterday;
  const format = { month: 'short', day: 'numeric', ...yearOf(date, now) } as const;
  return date.toLocaleDateString(locales[language], format);
}

function yearOf(date: Date, now: Date): { readonly year?: 'numeric' } {
  return date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' };
}

/** Counts the midnights between two moments. A day with a change of the clock is one day, too. */
function daysBetween(date: Date, now: Date): number {
  return Math.round((midnightOf(now) - midnightOf(date)) / dayMs);
}

function midnightOf(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}
