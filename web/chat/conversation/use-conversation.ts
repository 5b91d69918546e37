'use client';

import { branchTo } from '../turn/branches.ts';
import type { ConversationState } from '../turn/conversation-state.ts';
import { createTurnActions, type TurnActions } from '../turn/turn-actions.ts';
import { stopTurn } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import { setAddress, useAnswers } from './use-answers.ts';
import { useConversationState } from './use-conversation-state.ts';
import type { Words } from '../words.ts';

export interface ConversationView extends ConversationState {
  /** The turns of the branch that is shown, oldest first. */
  readonly branch: readonly TurnView[];
  /** Whether the conversation is loading or a turn is in progress. No message can be sent then. */
  readonly isBusy: boolean;
  readonly actions: TurnActions;
  /** Stops the turn in progress; undefined if there is none. */
  readonly stop: (() => void) | undefined;
  /** Shows another conversation, or an empty new one. */
  open(conversationId: string | undefined): void;
  loadOlder(): void;
}

/**
 * Returns the conversation that is shown and what can be done with it. Calls `onChange` when a turn
 * begins or ends.
 */
export function useConversation(
  initialId: string | undefined,
  words: Words,
  onChange: () => void,
): ConversationView {
  const store = useConversationState(initialId, words);
  const startTurn = useAnswers(store, words, onChange);
  const { state, currentVisit, load, switchTo } = store;
  const { conversationId, turns, isLoading, cursor, lastKey } = state;
  const branch = branchTo(turns, lastKey);
  const liveId = turns.find((turn) => turn.state === 'streaming')?.turnId;
  return {
    ...state,
    branch,
    isBusy: isLoading || turns.some((turn) => turn.state !== 'settled'),
    actions: createTurnActions(turns, branch, startTurn, (change) => currentVisit().update(change)),
    stop:
      conversationId === undefined || liveId === undefined
        ? undefined
        : () => void stopTurn(conversationId, liveId).catch(() => undefined),
    open(id) {
      // Leaving does not stop a turn: it runs to its end and is saved.
      switchTo(id);
      setAddress(id);
      void load(id);
    },
    loadOlder: () => void load(conversationId, cursor),
  };
}
