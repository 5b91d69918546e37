import type { Language } from '../chat/words.ts';
import { useLanguage } from './language.tsx';

/** Returns the words of a dictionary in the reader's language. */
export function useWords<T>(dictionary: Record<Language, T>): T {
  return dictionary[useLanguage()];
}
