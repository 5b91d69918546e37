'use client';

import { useEffect, useRef, useState } from 'react';
import { describe } from './describe-problem.ts';
import { readAnswer, type AnswerEnd } from './read-answer.ts';
import {
  begunTurn,
  empty,
  loadTurns,
  withBegun,
  withLoaded,
  withTurn,
  type Shown,
} from './shown-turns.ts';
import type { TurnView } from './turn-view.ts';
import type { Words } from './words.ts';

export interface ConversationView extends Shown {
  /** Whether a turn is under way, so that none can be sent. */
  readonly isBusy: boolean;
  send(question: string): void;
  /** Asks the last question again; the turn that failed is shown no more. */
  retry(turn: TurnView): void;
  /** Shows another conversation, or an empty new one. */
  open(conversationId: string | undefined): void;
  loadOlder(): void;
}

/** One conversation: what was said, and the turn that is being said. */
export function useConversation(
  initialId: string | undefined,
  words: Words,
  onChange: () => void,
): ConversationView {
  const { shown, change, load, leave } = useShown(initialId, words);
  const { conversationId, turns, isLoading, cursor } = shown;

  const run = async (question: string, replaced?: string): Promise<void> => {
    const { alter, signal } = change();
    const begun = begunTurn(crypto.randomUUID(), question);
    const update = (turn: Partial<TurnView>): void =>
      alter((before) => withTurn(before, begun.key, turn));
    alter((before) => withBegun(before, begun, replaced));
    const end = await readAnswer(
      { message: question, conversationId, signal },
      {
        begun(id) {
          alter((before) => ({ ...before, conversationId: id }));
          if (!signal.aborted) setAddress(id);
          onChange();
        },
        draw: (answer) => update({ answer }),
      },
    );
    update({ answer: end.answer, state: 'settled', ...failureOf(end, words) });
    onChange();
  };

  return {
    ...shown,
    isBusy: isLoading || turns.some(({ state }) => state !== 'settled'),
    send: (question) => void run(question),
    retry: ({ question, key }) => void run(question, key),
    loadOlder: () => void load(conversationId, cursor),
    open(id) {
      // Leaving does not stop the turn: it runs to its end and is kept.
      leave(id);
      setAddress(id);
      void load(id);
    },
  };
}

/** What went wrong, and where words were said before it, that they are not all of them. */
function failureOf({ answer, error }: AnswerEnd, words: Words): Pick<TurnView, 'problem'> {
  if (error === undefined) return {};
  const { message, retryable } = describe(error, words);
  const isPartial = answer.content.length > 0;
  return { problem: { message: isPartial ? `${words.partial} ${message}` : message, retryable } };
}

function setAddress(id: string | undefined): void {
  window.history.replaceState(null, '', id === undefined ? '/chat' : `/chat?conversation=${id}`);
}

interface ShownState {
  readonly shown: Shown;
  /** A way to alter what is shown, which does nothing once another conversation is. */
  change(): { alter(how: (before: Shown) => Shown): void; readonly signal: AbortSignal };
  load(conversationId: string | undefined, cursor?: string): Promise<void>;
  leave(conversationId: string | undefined): void;
}

/** A turn that runs elsewhere is looked at this often. */
const lookEveryMs = 1_000;

function useShown(initialId: string | undefined, words: Words): ShownState {
  const [shown, setShown] = useState(() => empty(initialId));
  // What belongs to a conversation that is not shown any more has its signal aborted.
  const visit = useRef(new AbortController());

  const change: ShownState['change'] = () => {
    const { signal } = visit.current;
    const alter = (how: (before: Shown) => Shown): void => {
      if (!signal.aborted) setShown(how);
    };
    return { alter, signal };
  };

  const load: ShownState['load'] = async (id, cursor) => {
    if (id === undefined) return;
    const { alter } = change();
    const loaded = await loadTurns(id, cursor, words);
    alter((before) => withLoaded(before, loaded, cursor !== undefined));
  };

  useEffect(() => void load(initialId), [initialId]);
  const isRunning = shown.turns.some(({ state }) => state === 'running');
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setTimeout(() => void load(shown.conversationId), lookEveryMs);
    return () => clearTimeout(timer);
  });

  return {
    shown,
    change,
    load,
    leave(id) {
      visit.current.abort();
      visit.current = new AbortController();
      setShown(empty(id));
    },
  };
}
