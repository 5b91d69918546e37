'use client';

import { isTitle } from '#domain/conversation/conversation.ts';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useWords } from '../../words/use-words.ts';
import { isSendKey } from '../send-key.ts';
import styles from './title-field.module.css';
import { listWords, type ListWords } from './words.ts';

export interface TitleFieldProps {
  readonly title: string;
  /** Called with the new title; without one if it stays as it was. */
  readonly onEnd: (title?: string) => void;
}

/** A field for the title in its own place. Enter and leaving the field save, Escape does not. */
export function TitleField({ title, onEnd }: TitleFieldProps): ReactNode {
  const words = useWords(listWords);
  const id = useId();
  const [text, setText] = useState(title);
  const [isTried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const hasEnded = useRef(false);
  // A menu that closes gives the focus back to its button first.
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  const problem = problemOf(text, isTried, words);

  const end = (changed?: string): void => {
    if (hasEnded.current) return;
    hasEnded.current = true;
    onEnd(changed);
  };
  const save = (): void => {
    setTried(true);
    const trimmed = text.trim();
    if (problemOf(trimmed, true, words) !== undefined) return;
    end(trimmed === title ? undefined : trimmed);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) end();
    if (!isSendKey(event.nativeEvent)) return;
    event.preventDefault();
    save();
  };
  return (
    <label className={styles.place}>
      <input
        ref={field}
        className={styles.field}
        value={text}
        aria-label={words.title}
        aria-invalid={problem !== undefined}
        aria-describedby={id}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
        onBlur={save}
      />
      <span id={id} role="alert" className={styles.problem}>
        {problem}
      </span>
    </label>
  );
}

function problemOf(text: string, isTried: boolean, words: ListWords): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return isTried ? words.titleEmpty : undefined;
  return isTitle(trimmed) ? undefined : words.titleTooLong;
}
