import type { Language } from './languages.ts';
import { useLanguage } from './language.tsx';

/** Returns the words of a part of the page in the reader's language. */
export function useWords<Words>(dictionary: Readonly<Record<Language, Words>>): Words {
  return dictionary[useLanguage()];
}
