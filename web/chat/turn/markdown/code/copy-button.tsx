import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../../../../parts/icon.tsx';
import { useWords } from '../../../../words/use-words.ts';
import { words as dictionary } from '../words.ts';

/** For how long the button says that it has copied. */
const shownMs = 2_000;

/** Copies text, and says so for a moment. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const words = useWords(dictionary);
  const [copies, setCopies] = useState(0);
  useEffect(() => {
    if (copies === 0) return undefined;
    const timer = setTimeout(() => setCopies(0), shownMs);
    return () => clearTimeout(timer);
  }, [copies]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopies((count) => count + 1);
  };
  return (
    // A browser that refuses leaves the button as it was.
    <button type="button" onClick={() => void copy().catch(() => undefined)}>
      <Icon name={copies === 0 ? 'copy' : 'check'} size="small" />
      <span aria-live="polite">{copies === 0 ? words.copy : words.copied}</span>
    </button>
  );
}
