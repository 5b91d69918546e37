'use client';

import { useState } from 'react';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { requestWords } from './words.ts';

/** What is deleted, and how. */
export interface Removable {
  readonly id: string;
  readonly name: string;
  send(): Promise<void>;
}

export interface RemovalView {
  /** What is not shown any more, although it can still come back. */
  readonly hidden: ReadonlySet<string>;
  /** Hides something at once, and deletes it when the time to undo that is over. */
  remove(removable: Removable): void;
}

/** Deletes things so that it can be undone for some seconds. */
export function useRemoval(onRemoved: (id: string) => void): RemovalView {
  const words = useWords(requestWords);
  const { notify } = useShell();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const show = (id: string): void =>
    setHidden((before) => new Set([...before].filter((each) => each !== id)));
  const send = async ({ id, name, send: request }: Removable): Promise<void> => {
    try {
      await request();
      onRemoved(id);
    } catch {
      notify({ text: words.deleteFailed(name) });
    }
    show(id);
  };
  return {
    hidden,
    remove(removable) {
      const { id, name } = removable;
      setHidden((before) => new Set(before).add(id));
      notify({
        text: words.deleted(name),
        undo: () => show(id),
        onExpire: () => void send(removable),
      });
    },
  };
}
