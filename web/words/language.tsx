'use client';

import { createContext, use, type ReactNode } from 'react';
import type { Language } from '../chat/words.ts';

const CurrentLanguage = createContext<Language>('en');

export interface LanguageProviderProps {
  readonly language: Language;
  readonly children: ReactNode;
}

/** Sets the language of the words of everything inside it. */
export function LanguageProvider({ language, children }: LanguageProviderProps): ReactNode {
  return <CurrentLanguage value={language}>{children}</CurrentLanguage>;
}

/** Returns the reader's language. */
export function useLanguage(): Language {
  return use(CurrentLanguage);
}
