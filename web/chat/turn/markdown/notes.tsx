import { createContext, use, type ReactNode } from 'react';
import { Icon } from '../../../parts/icon.tsx';
import { useWords } from '../../../words/use-words.ts';
import { words as dictionary } from './words.ts';

/** Where the references of an answer to its footnotes lead. */
export interface NoteReferences {
  readonly prefix: string;
  /** The names of the footnotes, in the order of their numbers. */
  readonly names: readonly string[];
}

export const References = createContext<NoteReferences>({ prefix: '', names: [] });

/** The number of a footnote, which leads to it. */
export function NoteReference({ href = '' }: { readonly href: string | undefined }): ReactNode {
  const { prefix, names } = use(References);
  const name = decodeURIComponent(href.replace(/^#user-content-fn-/u, ''));
  return <a href={`#${prefix}${name}`}>{names.indexOf(name) + 1}</a>;
}

/** Leads from a footnote back to its first mark. */
export function BackToReference({ name }: { readonly name: string }): ReactNode {
  const { prefix, names } = use(References);
  const { backTo } = useWords(dictionary);
  const focusMark = (): void =>
    document.querySelector<HTMLElement>(`a[href="${CSS.escape(`#${prefix}${name}`)}"]`)?.focus();
  return (
    <button
      type="button"
      className="note-back"
      aria-label={backTo(names.indexOf(name) + 1)}
      onClick={focusMark}
    >
      <Icon name="back" size="small" />
    </button>
  );
}
