import { createContext, use, type ReactNode } from 'react';

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
