import { expect, test } from 'vitest';
import { dateLocale } from './formats.ts';

test.each([
  ['en', ['en-GB', 'en-US'], 'en-GB'],
  ['en', ['fr-FR', 'en-AU'], 'en-AU'],
  ['ja', ['en-GB'], 'ja-JP'],
  ['en', ['en-US@posix'], 'en-US'],
  ['en', ['en-US@posix', 'en-GB'], 'en-GB'],
  ['en', [], 'en-US'],
] as const)(
  'dates of a reader of %s whose browser has %j are those of %s',
  (language, own, locale) => {
    expect(dateLocale(language, own)).toBe(locale);
    expect(() => new Date(0).toLocaleString(dateLocale(language, own))).not.toThrow();
  },
);
