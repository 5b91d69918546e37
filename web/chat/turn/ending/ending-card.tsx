'use client';

import { useEffect, useState, type ReactNode } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { useWords } from '../../../words/use-words.ts';
import type { Ending, EndingAction, EndingDetails } from './ending.ts';
import { endingWords } from './words.ts';

export interface EndingCardProps {
  readonly ending: Ending;
  /** Whether screen readers are to hear of it at once: the page has watched it happen. */
  readonly isAnnounced: boolean;
  /** Undefined while another turn is in progress. */
  readonly onAction: ((action: EndingAction) => void) | undefined;
}

/** What is said and offered in the place where an answer ended. */
export function EndingCard({ ending, isAnnounced, onAction }: EndingCardProps): ReactNode {
  const { kind, icon, title, text, actions, details, retryAtMs } = ending;
  const words = useWords(endingWords);
  const seconds = useSecondsUntil(retryAtMs);
  return (
    <div className={`ending ${kind}`} role={kind === 'bad' && isAnnounced ? 'alert' : undefined}>
      <Icon name={icon} />
      <div className="ending-words">
        {title !== undefined && <b>{title}</b>}
        <p>
          {text}
          {seconds !== undefined && <Countdown seconds={seconds} />}
        </p>
        {details !== undefined && <Details {...details} />}
      </div>
      <div className="ending-actions">
        {actions.map((action, index) => {
          const mustWait = action === 'try-again' && seconds !== undefined;
          return (
            <Button
              key={action}
              kind={index === 0 ? 'plain' : 'bare'}
              disabled={onAction === undefined || mustWait}
              onClick={() => onAction?.(action)}
            >
              {mustWait ? (
                <span className="num">{words.tryAgainIn(seconds)}</span>
              ) : (
                words.actions[action]
              )}
            </Button>
          );
        })}
      </div>
    </div>
  );
}

/** Says how long to wait. Screen readers hear it once, not each second. */
function Countdown({ seconds }: { readonly seconds: number }): ReactNode {
  const words = useWords(endingWords);
  const [first] = useState(seconds);
  return (
    <>
      <span aria-hidden="true" className="num">
        {' '}
        {words.retryIn(seconds)}
      </span>
      <span className="visually-hidden">{words.retryIn(first)}</span>
    </>
  );
}

/** Returns the seconds until a moment, again each second; undefined once it is over. */
function useSecondsUntil(atMs: number | undefined): number | undefined {
  const [now, setNow] = useState(() => Date.now());
  const seconds = atMs === undefined ? 0 : Math.ceil((atMs - now) / 1_000);
  const isWaiting = seconds > 0;
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isWaiting, atMs]);
  return isWaiting ? seconds : undefined;
}

function Details({ code, requestId }: EndingDetails): ReactNode {
  const words = useWords(endingWords);
  return (
    <details>
      <summary>
        {words.details}
        <Icon name="right" size="small" />
      </summary>
      <dl className="facts">
        <dt>{words.code}</dt>
        <dd className="mono">{code}</dd>
        {requestId !== undefined && (
          <>
            <dt>{words.request}</dt>
            <dd className="mono">{requestId}</dd>
          </>
        )}
      </dl>
    </details>
  );
}
