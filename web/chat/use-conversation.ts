'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { emptyAnswer } from '#domain/accumulate.ts';
import { ChatError } from '#domain/errors.ts';
import { readConversation } from './api.ts';
import { readAnswer } from './read-answer.ts';
import { fromTurnJson, type TurnProblem, type TurnView } from './turn-view.ts';
import type { Words } from './words.ts';

export interface ConversationView {
  readonly conversationId: string | undefined;
  readonly turns: readonly TurnView[];
  readonly problem: string | undefined;
  readonly isBusy: boolean;
  send(question: string): void;
  /** Asks the question of a turn again, in its place. */
  retry(turn: TurnView): void;
  /** Shows another conversation, or an empty new one. */
  open(conversationId: string | undefined): void;
}

/** One conversation: what was said, and the turn that is being said. */
export function useConversation(
  initialId: string | undefined,
  words: Words,
  onChange: () => void,
): ConversationView {
  const [conversationId, setConversationId] = useState(initialId);
  const stored = useStoredTurns(initialId, words);
  const { turns, setTurns, problem, load } = stored;
  const reading = useRef<AbortController>(undefined);
  useLooking(turns, conversationId, load);

  const show = (id: string | undefined): void => {
    setConversationId(id);
    window.history.replaceState(null, '', id === undefined ? '/chat' : `/chat?conversation=${id}`);
  };

  const run = async (question: string, replaced?: string): Promise<void> => {
    const key = crypto.randomUUID();
    const { signal } = (reading.current = new AbortController());
    const update = (change: Partial<TurnView>): void =>
      setTurns((all) => all.map((turn) => (turn.key === key ? { ...turn, ...change } : turn)));
    const begun: TurnView = { key, question, answer: emptyAnswer, state: 'streaming' };
    setTurns((all) => [...all.filter((turn) => turn.key !== replaced), begun]);
    const end = await readAnswer(
      { message: question, conversationId, signal },
      {
        begun(id) {
          if (!signal.aborted) show(id);
          onChange();
        },
        draw: (answer) => update({ answer }),
      },
    );
    const failure = end.error === undefined ? {} : { problem: describe(end.error, words) };
    update({ answer: end.answer, state: 'settled', ...failure });
    onChange();
  };

  return {
    conversationId,
    turns,
    problem,
    isBusy: turns.some(({ state }) => state !== 'settled'),
    send: (question) => void run(question),
    retry: ({ question, key }) => void run(question, key),
    open(id) {
      // Leaving does not stop the turn: it runs to its end and is kept.
      reading.current?.abort();
      show(id);
      setTurns([]);
      if (id !== undefined) void load(id);
    },
  };
}

interface StoredTurns {
  readonly turns: readonly TurnView[];
  readonly setTurns: (
    change: readonly TurnView[] | ((turns: readonly TurnView[]) => readonly TurnView[]),
  ) => void;
  /** Why the conversation could not be loaded. */
  readonly problem: string | undefined;
  readonly load: (conversationId: string) => Promise<void>;
}

function useStoredTurns(initialId: string | undefined, words: Words): StoredTurns {
  const [turns, setTurns] = useState<readonly TurnView[]>([]);
  const [problem, setProblem] = useState<string>();
  const load = useCallback(
    async (id: string) => {
      try {
        const page = await readConversation(id);
        setTurns(page.turns.map((turn) => fromTurnJson(turn, words.partial)));
        setProblem(undefined);
      } catch (error) {
        setProblem(describe(error, words).message);
      }
    },
    [words],
  );
  useEffect(() => {
    if (initialId !== undefined) void load(initialId);
  }, [initialId, load]);
  return { turns, setTurns, problem, load };
}

/** A turn that runs elsewhere is looked at this often. */
const lookEveryMs = 1_000;

/** Looks after a turn that another connection is being told, until it has ended. */
function useLooking(
  turns: readonly TurnView[],
  conversationId: string | undefined,
  load: (conversationId: string) => Promise<void>,
): void {
  const isRunning = turns.some(({ state }) => state === 'running');
  useEffect(() => {
    if (!isRunning || conversationId === undefined) return undefined;
    const timer = setInterval(() => void load(conversationId), lookEveryMs);
    return () => clearInterval(timer);
  }, [isRunning, conversationId, load]);
}

function describe(error: unknown, words: Words): TurnProblem {
  if (!(error instanceof ChatError)) return { message: words.unreachable, retryable: true };
  return { message: error.message, retryable: error.retryable };
}
