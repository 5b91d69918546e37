'use client';

import { useState, type RefObject } from 'react';
import { withoutQueued, withTurnChanges } from '../turn/conversation-state.ts';
import { createTurnActions, type Outgoing, type TurnActions } from '../turn/turn-actions.ts';
import { stopTurn } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import type { Answers } from './use-answers.ts';
import type { ConversationStore } from './use-conversation-state.ts';
import { useLatest } from './use-latest.ts';

export interface ConversationActions extends TurnActions {
  /** Gives a message up that waits in the queue or for the network; it comes back as `returned`. */
  cancel(key: string): void;
  /** Stops a turn in progress. */
  stop(turn: TurnView): void;
}

export interface StableActions {
  /** Always the same object, so that turns are not rendered again because of it. */
  readonly actions: ConversationActions;
  /** The message that was given up last, for whoever edits messages. */
  readonly returned: Outgoing | undefined;
}

/** Returns what can be done with the conversation and the turns that are shown. */
export function useTurnActions(
  store: ConversationStore,
  answers: Answers,
  branch: readonly TurnView[],
): StableActions {
  const { state, currentVisit } = store;
  const { conversationId, turns } = state;
  const [returned, setReturned] = useState<Outgoing>();
  const cancel = (key: string): void => {
    const message = giveUp(store, answers, key);
    if (message !== undefined) setReturned(message);
  };
  const latest = useLatest<ConversationActions>({
    ...createTurnActions({
      conversationId,
      turns,
      branch,
      startTurn: answers.start,
      reload: () => currentVisit().load(conversationId),
      update: (change) => currentVisit().update(change),
    }),
    cancel,
    stop({ key, turnId }) {
      if (conversationId === undefined || turnId === undefined) cancel(key);
      else void stopLive(store, key, { conversationId, turnId });
    },
  });
  const [actions] = useState(() => toStableActions(latest));
  return { actions, returned };
}

/** Removes a message that the server has not accepted, and returns it; undefined if it has. */
function giveUp(
  { state, currentVisit }: ConversationStore,
  answers: Answers,
  key: string,
): Outgoing | undefined {
  const queued = state.queue.find((each) => each.key === key);
  if (queued !== undefined) {
    currentVisit().update((before) => withoutQueued(before, key));
    return queued;
  }
  const turn = state.turns.find((each) => each.key === key);
  if (turn === undefined || turn.turnId !== undefined) return undefined;
  answers.cancel(key);
  return { text: turn.question, attachments: turn.attachments };
}

async function stopLive(
  { currentVisit }: ConversationStore,
  key: string,
  { conversationId, turnId }: { readonly conversationId: string; readonly turnId: string },
): Promise<void> {
  const { update } = currentVisit();
  const setStopping = (isStopping: boolean): void =>
    update((before) => withTurnChanges(before, key, { isStopping }));
  setStopping(true);
  await stopTurn(conversationId, turnId).catch(() => setStopping(false));
}

/** Returns actions that always are the latest ones, whenever they were rendered. */
function toStableActions(latest: RefObject<ConversationActions>): ConversationActions {
  return {
    send: (...message) => latest.current.send(...message),
    regenerate: (...turn) => latest.current.regenerate(...turn),
    continueAnswer: (...turn) => latest.current.continueAnswer(...turn),
    edit: (...turn) => latest.current.edit(...turn),
    decide: (...turn) => latest.current.decide(...turn),
    rate: (...turn) => latest.current.rate(...turn),
    cancel: (...key) => latest.current.cancel(...key),
    stop: (...turn) => latest.current.stop(...turn),
    showBranch: (...turn) => latest.current.showBranch(...turn),
  };
}
