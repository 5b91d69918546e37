import { dateLocale, formatNumber } from '../requests/formats.ts';
import type { Language } from '../words/languages.ts';

/** Returns an amount of money. Amounts below a cent have the digits that they need. */
export function money(usd: number): string {
  const digits =
    usd === 0 || usd >= 0.01
      ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
      : { minimumFractionDigits: 2, maximumFractionDigits: 5 };
  return currency(usd, digits);
}

/** Returns an amount without needless digits, for limits and scales. */
export function shortMoney(usd: number): string {
  return currency(usd, { minimumFractionDigits: 0, maximumFractionDigits: 5 });
}

function currency(usd: number, digits: Intl.NumberFormatOptions): string {
  const style = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  return formatNumber(usd, { ...style, ...digits });
}

/** Returns a day of UTC, such as `2026-11-27`, in words. */
export function dayName(
  date: string,
  language: Language,
  options: Intl.DateTimeFormatOptions = { weekday: 'long', month: 'long', day: 'numeric' },
): string {
  return new Date(date).toLocaleDateString(dateLocale(language), { ...options, timeZone: 'UTC' });
}

/** Returns a time of the day in the reader's own time zone. */
export function timeOfDay(date: Date, language: Language): string {
  return date.toLocaleTimeString(dateLocale(language), { hour: 'numeric', minute: '2-digit' });
}
