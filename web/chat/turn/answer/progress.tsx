'use client';

import { useRef, type ReactNode } from 'react';
import type { Answer } from '#domain/conversation/accumulate.ts';
import { useWords } from '../../../words/use-words.ts';
import type { TurnView } from '../turn-view.ts';
import { useSecondsSince } from './use-seconds.ts';
import { answerWords } from './words.ts';

/** The time without words after which the page says that the model is still at work. */
const stallSeconds = 5;

/** What happens to an answer of which nothing arrives at the moment. */
export function Progress({ turn }: { readonly turn: TurnView }): ReactNode {
  const words = useWords(answerWords);
  const { answer, isReconnecting = false, isStopping = false } = turn;
  const silence = useSilence(answer);
  if (isStopping) return <Working text={words.stopping} />;
  if (isReconnecting) return <Working text={words.reconnecting} />;
  if (silence >= stallSeconds) {
    return <Working text={words.stillWorking} more={words.nothingNew(silence)} />;
  }
  const hasWords = answer.content.some(({ type }) => type !== 'citation');
  if (hasWords) return undefined;
  return (
    <Working text={words.thinking} {...(silence > 0 ? { more: words.seconds(silence) } : {})} />
  );
}

/** Returns for how many seconds an answer has not changed. */
function useSilence(answer: Answer): number {
  const last = useRef({ answer, atMs: Date.now() });
  if (last.current.answer !== answer) last.current = { answer, atMs: Date.now() };
  return useSecondsSince(last.current.atMs);
}

interface WorkingProps {
  readonly text: string;
  readonly more?: string;
}

function Working({ text, more }: WorkingProps): ReactNode {
  return (
    <div className="working">
      <Flow />
      <span>{text}</span>
      {more !== undefined && <span className="num">{more}</span>}
    </div>
  );
}

/** A stream that flows as long as something is at work. */
export function Flow(): ReactNode {
  return (
    <svg className="flow" viewBox="0 0 28 12" aria-hidden="true">
      <path d="M-14 6c2.300-4.600 4.700-4.600 7 0s4.700 4.600 7 0 4.700-4.600 7 0 4.700 4.600 7 0 4.700-4.600 7 0 4.700 4.600 7 0 4.700-4.600 7 0 4.700 4.600 7 0" />
    </svg>
  );
}
