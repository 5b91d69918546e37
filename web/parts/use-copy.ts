'use client';

import { useEffect, useState } from 'react';

export interface Copy {
  /** Whether the text was copied a moment ago. */
  readonly isCopied: boolean;
  /** Copies the text. Rejects if the browser refuses. */
  copy(): Promise<void>;
}

/** How long a button says that it has copied. */
const copiedMs = 2_000;

/** Copies a text to the clipboard, and knows for a moment that it did. */
export function useCopy(text: string | (() => string)): Copy {
  const [copies, setCopies] = useState(0);
  useEffect(() => {
    if (copies === 0) return undefined;
    const timer = setTimeout(() => setCopies(0), copiedMs);
    return () => clearTimeout(timer);
  }, [copies]);
  return {
    isCopied: copies > 0,
    async copy() {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      setCopies((count) => count + 1);
    },
  };
}
