import { cookies, headers } from 'next/headers';
import {
  parsePreferences,
  preferencesCookie,
  type Preferences,
} from '../preferences/preferences.ts';
import { pickLanguage, type Language } from '../words/languages.ts';

export interface Reader {
  readonly preferences: Preferences;
  /** What the browser asks for. */
  readonly browserLanguage: Language;
  /** What the reader has chosen, or else what the browser asks for. */
  readonly language: Language;
}

/** Returns how the reader of the current request likes the page. */
export async function readReader(): Promise<Reader> {
  const preferences = parsePreferences((await cookies()).get(preferencesCookie)?.value);
  const browserLanguage = pickLanguage((await headers()).get('accept-language'));
  return { preferences, browserLanguage, language: preferences.language ?? browserLanguage };
}
