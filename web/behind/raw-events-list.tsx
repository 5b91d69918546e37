import type { ReactNode } from 'react';
import { useCopy } from '../parts/use-copy.ts';
import { Button } from '../parts/button.tsx';
import { useWords } from '../words/use-words.ts';
import type { Arrivals } from './arrivals/arrivals.ts';
import styles from './behind.module.css';
import type { RawEvent } from './arrivals/raw-events.ts';
import { behindWords } from './words.ts';

export interface RawEventsProps {
  /** Undefined if this tab did not watch the turn. */
  readonly arrivals: Arrivals | undefined;
}

/** What the stream of an answer carried, each with its time in seconds since the request. */
export function RawEvents({ arrivals }: RawEventsProps): ReactNode {
  const words = useWords(behindWords);
  if (arrivals === undefined) return <p className={styles['hint']}>{words.notWatched}</p>;
  const { events, eventCount } = arrivals;
  if (events.length === 0) return <p className={styles['hint']}>{words.noEvents}</p>;
  return (
    <>
      <div className={styles['head']}>
        <span>
          {words.count(eventCount)}
          {eventCount > events.length && ` · ${words.joinedNote}`}
        </span>
        <CopyButton events={events} />
      </div>
      <ol className={styles['events']} tabIndex={0} aria-label={words.rawEvents}>
        {events.map((event, index) => (
          // Events are only added, or joined: none has a name of its own.
          <li key={index}>
            <time>{(event.atMs / 1_000).toFixed(3)}</time>
            <span className={isBad(event) ? styles['failed'] : undefined}>{event.type}</span>
            <span>
              {event.count > 1 && <b>{words.joined(event.count)} </b>}
              {event.text}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function isBad({ type }: RawEvent): boolean {
  return type === 'error' || type === 'connection-lost';
}

function CopyButton({ events }: { readonly events: readonly RawEvent[] }): ReactNode {
  const words = useWords(behindWords);
  const { isCopied, copy } = useCopy(() => JSON.stringify(events, undefined, 2));
  return (
    <Button icon={isCopied ? 'check' : 'copy'} onClick={() => void copy().catch(() => undefined)}>
      <span aria-live="polite">{isCopied ? words.copied : words.copyEvents}</span>
    </Button>
  );
}
