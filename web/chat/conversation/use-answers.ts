'use client';

import { useEffect } from 'react';
import { ChatError } from '#domain/errors.ts';
import { describe } from '../turn/describe-problem.ts';
import { readAnswer, type AnswerEnd, type Source } from '../turn/read-answer.ts';
import { begunTurn, withBegun, withTurn, type Begun } from '../turn/shown-turns.ts';
import type { Asked } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import type { ShownState } from './use-shown.ts';
import type { Words } from '../words.ts';

/**
 * Shows answers as they come: of the questions that are asked with the function that this gives,
 * and of a turn that was begun elsewhere.
 */
export function useAnswers(
  { shown, change, load }: ShownState,
  words: Words,
  onChange: () => void,
): (asked: Asked, begun: Begun) => Promise<void> {
  const { conversationId, turns } = shown;

  const listen = async (key: string, source: Source): Promise<AnswerEnd> => {
    const { alter, signal } = change();
    const update = (turn: Partial<TurnView>): void =>
      alter((before) => withTurn(before, key, turn));
    const end = await readAnswer(source, {
      begun(turnId, id) {
        alter((before) => ({ ...withTurn(before, key, { turnId }), conversationId: id }));
        if (!signal.aborted) setAddress(id);
        onChange();
      },
      draw: (answer) => update({ answer }),
    });
    const { answer, cost } = end;
    const costUsd = cost === undefined ? {} : { costUsd: cost.nanoUsd / 1e9 };
    update({ answer, state: 'settled', ...costUsd, ...failureOf(end, words) });
    onChange();
    return end;
  };

  const watch = async (turnId: string, id: string): Promise<void> => {
    const { alter, signal } = change();
    alter((before) => withTurn(before, turnId, { state: 'streaming', isNews: true }));
    const { error } = await listen(turnId, { type: 'follow', turnId, conversationId: id, signal });
    if (error === undefined) return;
    // What is stored says how it is; a turn that is still at work is looked at again.
    await new Promise((resolve) => setTimeout(resolve, watchAgainMs));
    await load(id);
  };

  const runningKey = turns.find(({ state }) => state === 'running')?.key;
  useEffect(() => {
    if (runningKey !== undefined && conversationId !== undefined) {
      void watch(runningKey, conversationId);
    }
  }, [runningKey, conversationId]);

  return async (asked, begun) => {
    const { alter, signal } = change();
    const { key } = begun;
    alter((before) => withBegun(before, begunTurn(begun)));
    const { error } = await listen(key, { type: 'ask', asked, key, conversationId, signal });
    if (!(error instanceof ChatError && error.code === 'conflict')) return;
    // Another turn is under way elsewhere: it is shown and watched, and this one waits after it.
    const { liveTurnId = null } = error;
    alter((before) => withTurn(before, key, { parentId: liveTurnId }));
    await load(conversationId);
  };
}

/** A turn that could not be followed is tried again after this. */
const watchAgainMs = 2_000;

/** What went wrong, and where words were said before it, that they are not all of them. */
function failureOf({ answer, error }: AnswerEnd, words: Words): Pick<TurnView, 'problem'> {
  if (error === undefined) return {};
  const { message, retryable } = describe(error, words);
  const isPartial = answer.content.length > 0;
  return { problem: { message: isPartial ? `${words.partial} ${message}` : message, retryable } };
}

/** The address of a conversation, so that a reload shows it again. */
export function setAddress(id: string | undefined): void {
  window.history.replaceState(null, '', id === undefined ? '/chat' : `/chat?conversation=${id}`);
}
