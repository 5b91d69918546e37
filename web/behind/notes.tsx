import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { useWords } from '../words/use-words.ts';
import styles from './behind.module.css';
import type { TurnSources } from './turn-sources.ts';
import type { Loaded } from './use-turn-facts.ts';
import { behindWords } from './words.ts';

/** Says what is not known of a turn, and why. */
export function Notes({ arrivals, stored, spans, ended, isLocal }: TurnSources): ReactNode {
  const words = useWords(behindWords);
  const notes = [
    arrivals === undefined && words.notWatched,
    arrivals?.isWhole === false && words.joinedLate,
    ended === undefined && isLocal && words.traceAfter,
    ended !== undefined && isLocal && spans.type === 'absent' && words.noTrace,
    !isLocal && words.noTraceHere,
    (spans.type === 'loading' || stored.type === 'loading') && words.loading,
  ].filter((note) => note !== false);
  return (
    <div className={styles['notes']}>
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <Failure of={stored} text={words.storedFailed} />
      <Failure of={spans} text={words.traceFailed} />
    </div>
  );
}

interface FailureProps {
  readonly of: Loaded<unknown>;
  readonly text: string;
}

function Failure({ of, text }: FailureProps): ReactNode {
  const { tryAgain } = useWords(behindWords);
  if (of.type !== 'failed') return undefined;
  return (
    <div className={styles['failure']} role="alert">
      <span>{text}</span>
      <Button onClick={of.retry}>{tryAgain}</Button>
    </div>
  );
}
