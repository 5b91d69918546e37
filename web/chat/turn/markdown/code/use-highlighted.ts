import { startTransition, useEffect, useState } from 'react';
import { runWhenIdle } from '../idle-work.ts';
import type { CodeLine } from './code-line.ts';

/** Longer code stays without colours: to find them in one go would freeze the page. */
const maxCharacters = 16_000;

interface Highlighted {
  readonly code: string;
  readonly lines: readonly CodeLine[];
}

/** Returns the lines of a block that has ended, as soon as its words are known, else undefined. */
export function useHighlighted(
  code: string,
  language: string,
  isClosed: boolean,
): readonly CodeLine[] | undefined {
  const [highlighted, setHighlighted] = useState<Highlighted>();
  useEffect(() => {
    if (!isClosed || language === '' || code.length > maxCharacters) return undefined;
    let leave = (): void => undefined;
    let isLeft = false;
    const load = async (): Promise<void> => {
      const { highlight } = await import('./highlight.ts');
      if (isLeft) return;
      leave = runWhenIdle(() => {
        const lines = highlight(code, language);
        if (lines !== undefined) startTransition(() => setHighlighted({ code, lines }));
      });
    };
    // Without a network the code stays without colours.
    load().catch(() => undefined);
    return () => {
      isLeft = true;
      leave();
    };
  }, [code, language, isClosed]);
  return highlighted?.code === code ? highlighted.lines : undefined;
}
