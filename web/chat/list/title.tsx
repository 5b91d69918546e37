import type { ReactNode } from 'react';

/** The title of a conversation, as every place of the page shows it. */
export function Title({ text }: { readonly text: string }): ReactNode {
  return <bdi>{titleText(text)}</bdi>;
}

/** Returns a title for where only plain text can stand. */
export function titleText(title: string): string {
  return title;
}
