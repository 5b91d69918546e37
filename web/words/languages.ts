/** The languages of the page. */
export const languages = ['en', 'ja'] as const;

export type Language = (typeof languages)[number];

/** Returns the first language of an `Accept-Language` header that the page has, else English. */
export function pickLanguage(acceptLanguage: string | null): Language {
  const accepted = (acceptLanguage ?? '').split(',').map((part) => part.trim());
  const first = accepted.find((part) => /^(?:en|ja)/u.test(part));
  return first?.startsWith('ja') === true ? 'ja' : 'en';
}
