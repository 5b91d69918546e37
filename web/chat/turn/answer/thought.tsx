'use client';

import { useState, type ReactNode } from 'react';
import type { ReasoningBlock } from '#domain/conversation/message.ts';
import { Icon } from '../../../parts/icon.tsx';
import { useWords } from '../../../words/use-words.ts';
import { useSecondsSince } from './use-seconds.ts';
import { answerWords } from './words.ts';
import { Visible } from '../../visible.tsx';

export interface ThoughtProps {
  readonly block: ReasoningBlock;
  /** Whether more of it may arrive. */
  readonly isOpenEnded: boolean;
  /** Where this tab remembers that the reader has opened it; undefined until the turn has an id. */
  readonly name: string | undefined;
}

/** The model's reasoning, folded. */
export function Thought({ block, isOpenEnded, name }: ThoughtProps): ReactNode {
  const words = useWords(answerWords);
  const [isOpen, setOpen] = useState(() => wasOpened(name));
  const { text, durationMs } = block;
  const seconds =
    durationMs === undefined ? undefined : Math.max(1, Math.round(durationMs / 1_000));
  const label = seconds === undefined ? words.thought : words.thoughtFor(seconds);
  return (
    <details
      className="thought"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
        remember(name, currentTarget.open);
      }}
    >
      <summary>
        <span className="fold">
          <Icon name="right" size="small" />
        </span>
        {isOpenEnded ? <Thinking /> : <span className="num">{label}</span>}
      </summary>
      {isOpen && (
        <div className="thought-text">
          <Visible text={text} />
        </div>
      )}
    </details>
  );
}

function Thinking(): ReactNode {
  const words = useWords(answerWords);
  const [startMs] = useState(() => Date.now());
  const seconds = useSecondsSince(startMs);
  return (
    <span className="num">
      {words.thinking}
      {seconds > 0 && ` ${words.seconds(seconds)}`}
    </span>
  );
}

const keyOf = (name: string): string => `opened:${name}`;

function wasOpened(name: string | undefined): boolean {
  if (name === undefined || typeof window === 'undefined') return false;
  return window.sessionStorage.getItem(keyOf(name)) !== null;
}

function remember(name: string | undefined, isOpen: boolean): void {
  if (name === undefined) return;
  if (isOpen) window.sessionStorage.setItem(keyOf(name), '');
  else window.sessionStorage.removeItem(keyOf(name));
}
