'use client';

import { useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { ChatError } from '#domain/errors.ts';
import { nameConversation } from '../../shell/use-view.ts';
import { optionsOf } from '../choices/choices.ts';
import {
  withNewTurn,
  withoutTurn,
  withQueued,
  withTurnChanges,
  type ConversationState,
  type NewTurn,
} from '../turn/conversation-state.ts';
import { watchTurn } from '../../behind/arrivals/watched-turns.ts';
import { settleFault } from '../../faults/armed-fault.ts';
import { readAnswer, type AnswerResult, type AnswerSource } from '../turn/read-answer.ts';
import type { TurnQuestion, TurnRequest } from '../turn/turn-api.ts';
import { problemOf, type TurnView } from '../turn/turn-view.ts';
import type { ConversationStore } from './use-conversation-state.ts';

export interface Answers {
  /** Starts a turn and resolves when its answer has ended. */
  start(question: TurnQuestion | TurnRequest, turn: NewTurn): Promise<void>;
  /** Gives a turn up that the server may not have accepted yet. */
  cancel(key: string): void;
}

/**
 * Shows answers as they arrive, including that of a turn which was started in another tab or before
 * a reload.
 */
export function useAnswers(
  { state, currentVisit }: ConversationStore,
  onChange: (begunId?: string) => void,
): Answers {
  const { conversationId, turns, choices } = state;
  const showAnswer = createShowAnswer(currentVisit, onChange);
  const cancels = useRef(new Map<string, AbortController>());

  const follow = async (turnKey: string, turnId: string, id: string): Promise<void> => {
    const { update, load, signal } = currentVisit();
    update((before) => withTurnChanges(before, turnKey, { state: 'streaming', isAnnounced: true }));
    const source = { type: 'follow', turnId, conversationId: id, signal } as const;
    const result = await showAnswer(turnKey, source);
    if (isReported(result)) return;
    // The stored turn has the truth. If it is still running, it is followed again.
    if (!result.isKnown) await new Promise((resolve) => setTimeout(resolve, reloadDelayMs));
    await load(id);
  };

  const running = turns.find((turn) => turn.state === 'running');
  useEffect(() => {
    if (running?.turnId !== undefined && conversationId !== undefined) {
      void follow(running.key, running.turnId, conversationId);
    }
  }, [running?.turnId, conversationId]);

  return {
    async start(question, turn) {
      const { update, load, signal: visit } = currentVisit();
      const { key } = turn;
      const options = 'options' in question ? question.options : optionsOf(choices);
      const request: TurnRequest = { ...question, options };
      update((before) => withNewTurn(before, { ...turn, request }));
      const own = new AbortController();
      cancels.current.set(key, own);
      const signal = AbortSignal.any([visit, own.signal]);
      const result = await showAnswer(key, { type: 'start', request, key, conversationId, signal });
      cancels.current.delete(key);
      if (isReported(result)) return;
      const { error, started } = result;
      const change = started === undefined ? refusedTurn(error, request, turn) : unchanged;
      if (change === undefined) return;
      update(change);
      await load(started?.conversationId ?? conversationId);
    },
    cancel(key) {
      currentVisit().update((before) => withoutTurn(before, key));
      cancels.current.get(key)?.abort();
    },
  };
}

/**
 * Whether the stream said how the answer ended. A process that died cannot say so: then only the
 * stored turn has the truth.
 */
function isReported({ error, isKnown }: AnswerResult): boolean {
  const isUnclear = error instanceof ChatError && error.code === 'internal';
  return error === undefined || (isKnown && !isUnclear);
}

type ShowAnswer = (key: string, source: AnswerSource) => Promise<AnswerResult>;

/** Returns a function that reads an answer into the turn with a key, and returns how it ended. */
function createShowAnswer(
  currentVisit: ConversationStore['currentVisit'],
  onChange: (begunId?: string) => void,
): ShowAnswer {
  return async (key, source) => {
    const { update, signal } = currentVisit();
    const changeTurn = (changes: Partial<TurnView>): void =>
      update((before) => withTurnChanges(before, key, changes));
    const startedAt = performance.now();
    const watch = watchTurn(key, source.type === 'start');
    const result = await readAnswer(source, {
      onStart(turnId, id) {
        update((before) => ({ ...withTurnChanges(before, key, { turnId }), conversationId: id }));
        if (!signal.aborted) nameConversation(id);
        const hasBegun = !signal.aborted && source.conversationId === undefined;
        onChange(hasBegun ? id : undefined);
      },
      onModel: (modelId) => changeTurn({ modelId }),
      onEvent: watch.add,
      // Rendered at once, so that it is in the next frame.
      onUpdate: (answer) => flushSync(() => changeTurn({ answer })),
      onConnection(isReconnecting) {
        watch.addConnection(isReconnecting);
        changeTurn({ isReconnecting });
      },
    });
    watch.end();
    settleFault(key);
    const isWhole = source.type === 'start';
    changeTurn({
      ...settledTurn(result),
      ...(isWhole ? { durationMs: performance.now() - startedAt } : {}),
    });
    onChange();
    return result;
  };
}

type Change = (before: ConversationState) => ConversationState;

const unchanged: Change = (before) => before;

/** How long a message that was refused for now waits at least. */
const conflictDelayMs = 1_000;

/**
 * Returns what to do with a turn that the server has not accepted, before the conversation is loaded
 * again; undefined if the turn just shows why.
 */
function refusedTurn(error: unknown, { type }: TurnRequest, turn: NewTurn): Change | undefined {
  if (!(error instanceof ChatError)) return undefined;
  const { key, question: text, attachments } = turn;
  if (error.code === 'conflict' && type === 'message') {
    // Another turn is running. It is shown and followed, and this message waits for its end.
    const notBeforeMs = Date.now() + conflictDelayMs;
    return (before) =>
      withQueued(withoutTurn(before, key), { key, text, attachments, notBeforeMs });
  }
  // Nothing was left to continue: another tab has done so, or the answer was whole after all.
  const isWhole = type === 'continue' && error.code === 'invalid_request';
  return isWhole ? (before) => withoutTurn(before, key) : undefined;
}

/** How long after a failure to follow a turn the conversation is loaded again. */
const reloadDelayMs = 2_000;

/** Returns the changes to a turn whose answer has ended or failed. */
function settledTurn({ answer, cost, error, isKnown, started }: AnswerResult): Partial<TurnView> {
  const settled = {
    answer,
    state: 'settled',
    isReconnecting: false,
    isStopping: false,
    ...(cost === undefined ? {} : { costUsd: cost.nanoUsd / 1e9 }),
  } as const;
  if (error === undefined) return settled;
  const problem = problemOf(error);
  // What became of a turn that was lost is looked up before another one begins.
  const isLost = !isKnown && started !== undefined;
  if (!isLost) return { ...settled, problem };
  return { ...settled, problem: { ...problem, isLost, retryable: true } };
}
