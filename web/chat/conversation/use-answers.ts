'use client';

import { useEffect } from 'react';
import { ChatError } from '#domain/errors.ts';
import {
  withNewTurn,
  withoutTurn,
  withTurnChanges,
  type ConversationState,
  type NewTurn,
} from '../turn/conversation-state.ts';
import { watchTurn } from '../../behind/arrivals/watched-turns.ts';
import { settleFault } from '../../faults/armed-fault.ts';
import { nameConversation } from '../../shell/use-view.ts';
import { describeCut } from '../turn/describe-problem.ts';
import { readAnswer, type AnswerResult, type AnswerSource } from '../turn/read-answer.ts';
import type { TurnRequest } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import type { ConversationStore } from './use-conversation-state.ts';
import type { Words } from '../words.ts';

/**
 * Shows answers as they arrive, including that of a turn which was started in another tab or before
 * a reload. Returns a function that starts a turn and resolves when its answer has ended.
 */
export function useAnswers(
  { state, currentVisit }: ConversationStore,
  words: Words,
  onChange: () => void,
): (request: TurnRequest, turn: NewTurn) => Promise<void> {
  const { conversationId, turns } = state;
  const showAnswer = createShowAnswer(currentVisit, words, onChange);

  const follow = async (turnKey: string, turnId: string, id: string): Promise<void> => {
    const { update, load, signal } = currentVisit();
    update((before) => withTurnChanges(before, turnKey, { state: 'streaming', isAnnounced: true }));
    const source = { type: 'follow', turnId, conversationId: id, signal } as const;
    const { error, isKnown } = await showAnswer(turnKey, source);
    if (error === undefined || isKnown) return;
    // The stored turn has the truth. If it is still running, it is followed again.
    await new Promise((resolve) => setTimeout(resolve, reloadDelayMs));
    await load(id);
  };

  const running = turns.find((turn) => turn.state === 'running');
  useEffect(() => {
    if (running?.turnId !== undefined && conversationId !== undefined) {
      void follow(running.key, running.turnId, conversationId);
    }
  }, [running?.turnId, conversationId]);

  return async (request, turn) => {
    const { update, load, signal } = currentVisit();
    const { key } = turn;
    update((before) => withNewTurn(before, turn));
    const source = { type: 'start', request, key, conversationId, signal } as const;
    const result = await showAnswer(key, source);
    const { error, isKnown, started } = result;
    if (error === undefined || isKnown) return;
    const change = started === undefined ? refusedTurn(error, request, key) : unchanged;
    if (change === undefined) return;
    update(change);
    await load(started?.conversationId ?? conversationId);
  };
}

type ShowAnswer = (key: string, source: AnswerSource) => Promise<AnswerResult>;

/** Returns a function that reads an answer into the turn with a key, and returns how it ended. */
function createShowAnswer(
  currentVisit: ConversationStore['currentVisit'],
  words: Words,
  onChange: () => void,
): ShowAnswer {
  return async (key, source) => {
    const { update, signal } = currentVisit();
    const changeTurn = (changes: Partial<TurnView>): void =>
      update((before) => withTurnChanges(before, key, changes));
    const watch = watchTurn(key, source.type === 'start');
    const result = await readAnswer(source, {
      onStart(turnId, id) {
        update((before) => ({ ...withTurnChanges(before, key, { turnId }), conversationId: id }));
        if (!signal.aborted) nameConversation(id);
        onChange();
      },
      onEvent: watch.add,
      onUpdate: (answer) => changeTurn({ answer }),
      onConnection(isReconnecting) {
        watch.addConnection(isReconnecting);
        changeTurn({ isReconnecting });
      },
    });
    watch.end();
    settleFault(key);
    changeTurn(settledTurn(result, words));
    onChange();
    return result;
  };
}

type Change = (before: ConversationState) => ConversationState;

const unchanged: Change = (before) => before;

/**
 * Returns what to do with a turn that the server has not accepted, before the conversation is loaded
 * again; undefined if the turn just shows why.
 */
function refusedTurn(error: unknown, { type }: TurnRequest, key: string): Change | undefined {
  if (!(error instanceof ChatError)) return undefined;
  if (error.code === 'conflict') {
    // Another turn is running. It is shown and followed, and this message waits after it.
    const { liveTurnId = null } = error;
    return (before) => withTurnChanges(before, key, { parentId: liveTurnId });
  }
  // Nothing was left to continue: another tab has done so, or the answer was whole after all.
  const isWhole = type === 'continue' && error.code === 'invalid_request';
  return isWhole ? (before) => withoutTurn(before, key) : undefined;
}

/** How long after a failure to follow a turn the conversation is loaded again. */
const reloadDelayMs = 2_000;

/** Returns the changes to a turn whose answer has ended or failed. */
function settledTurn(result: AnswerResult, words: Words): Partial<TurnView> {
  const { answer, cost, error, isKnown, started } = result;
  const settled = {
    answer,
    state: 'settled',
    isReconnecting: false,
    isStopping: false,
    ...(cost === undefined ? {} : { costUsd: cost.nanoUsd / 1e9 }),
  } as const;
  if (error === undefined) return settled;
  const { message, retryable } = describeCut(error, answer.content.length > 0, words);
  // What became of a turn that was lost is looked up before another one begins.
  const isLost = !isKnown && started !== undefined;
  return { ...settled, problem: { message, retryable: retryable || isLost } };
}
