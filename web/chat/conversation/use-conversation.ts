'use client';

import type { ChosenBranches } from '../../drafts/chosen-branch.ts';
import { branchTo } from '../turn/branches.ts';
import { withTurnChanges, type ConversationState } from '../turn/conversation-state.ts';
import { createTurnActions, type TurnActions } from '../turn/turn-actions.ts';
import { stopTurn } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import { useAnswers } from './use-answers.ts';
import { useChosenBranch } from './use-chosen-branch.ts';
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
  /** Shows a conversation, or an empty new one. One that is shown already goes on. */
  show(conversationId: string | undefined): void;
  loadOlder(): void;
  /** Loads all older turns, unless the reader leaves. Resolves to false if that failed. */
  loadAll(): Promise<boolean>;
  /** Loads the newest turns again, unless an answer is arriving. */
  refresh(): void;
}

export interface ConversationOptions {
  /** The branches that the reader chose on earlier visits. */
  readonly chosen: ChosenBranches;
  readonly onChange: (begunId?: string) => void;
}

/**
 * Returns the conversation that is shown and what can be done with it. Calls `onChange` when a turn
 * begins or ends, with the id of the conversation if that has begun with it.
 */
export function useConversation(
  initialId: string | undefined,
  words: Words,
  { chosen, onChange }: ConversationOptions,
): ConversationView {
  const store = useConversationState(initialId, words);
  const startTurn = useAnswers(store, words, onChange);
  useChosenBranch(store, chosen);
  const { state, currentVisit, switchTo } = store;
  const { conversationId, turns, isLoading, cursor, lastKey } = state;
  const branch = branchTo(turns, lastKey);
  const live = turns.find((turn) => turn.state === 'streaming');

  const stop = async ({ key, turnId }: TurnView): Promise<void> => {
    if (conversationId === undefined || turnId === undefined) return;
    const { update } = currentVisit();
    const setStopping = (isStopping: boolean): void =>
      update((before) => withTurnChanges(before, key, { isStopping }));
    setStopping(true);
    await stopTurn(conversationId, turnId).catch(() => setStopping(false));
  };

  const show = (id: string | undefined): void => {
    if (id !== undefined && id === conversationId) return;
    // Leaving does not stop a turn: it runs to its end and is saved.
    switchTo(id);
    void currentVisit().load(id);
  };

  return {
    ...state,
    branch,
    isBusy: isLoading || turns.some((turn) => turn.state !== 'settled'),
    actions: createTurnActions({
      turns,
      branch,
      startTurn,
      reload: () => currentVisit().load(conversationId),
      update: (change) => currentVisit().update(change),
    }),
    refresh() {
      if (live === undefined && !isLoading) void currentVisit().load(conversationId);
    },
    stop: live === undefined || live.isStopping === true ? undefined : () => void stop(live),
    show,
    loadAll: async () =>
      conversationId === undefined || currentVisit().loadOlder(conversationId, cursor),
    loadOlder: () => void currentVisit().load(conversationId, cursor),
  };
}
