import type { Language } from '../words/languages.ts';

const locales: Readonly<Record<Language, string>> = { en: 'en-US', ja: 'ja-JP' };

/**
 * Returns the locale for dates in the reader's language: the browser's own one if it is of that
 * language, so that an English reader in London has British dates.
 */
export function dateLocale(
  language: Language,
  own: readonly string[] = navigator.languages,
): string {
  const locale = own.find((each) => each.split('-')[0] === language && isLocale(each));
  return locale ?? locales[language];
}

/** Browsers report what their system is set to, such as `en-US@posix`, which dates do not take. */
function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** Returns the time of today, or the day of an earlier time. */
export function shortTime(time: string, language: Language): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(
    dateLocale(language),
    isToday ? { hour: 'numeric', minute: '2-digit' } : { month: 'short', day: 'numeric' },
  );
}

/** Returns a time of the day, with its seconds. */
export function clockTime(time: string, language: Language): string {
  return new Date(time).toLocaleTimeString(dateLocale(language), { hourCycle: 'h23' });
}

/** Returns a number in the reader's own format. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(undefined, options).format(value);
}

/** Returns the size of a file, such as `2.4 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1_024) return `${formatNumber(bytes)} B`;
  if (bytes < 1_048_576) return `${formatNumber(Math.round(bytes / 1_024))} KB`;
  return `${formatNumber(bytes / 1_048_576, { maximumFractionDigits: 1 })} MB`;
}
