import type { ReactNode } from 'react';
import { visibleText } from '../visible-text.ts';
import { Visible } from '../visible.tsx';

/** The title of a conversation, as every place of the page shows it. */
export function Title({ text }: { readonly text: string }): ReactNode {
  return (
    <bdi>
      <Visible text={text} />
    </bdi>
  );
}

/** Returns a title for where only plain text can stand. */
export const titleText = visibleText;
