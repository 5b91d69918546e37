'use client';

import { createContext, use } from 'react';
import type { Language } from './languages.ts';

const LanguageContext = createContext<Language>('en');

/** Passes the reader's language on to everything inside. */
export const LanguageProvider = LanguageContext.Provider;

/** Returns the reader's language. */
export function useLanguage(): Language {
  return use(LanguageContext);
}
