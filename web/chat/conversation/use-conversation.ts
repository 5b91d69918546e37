'use client';

import type { ChosenBranches } from '../../drafts/chosen-branch.ts';
import { branchTo } from '../turn/branches.ts';
import { withQueued, type ConversationState } from '../turn/conversation-state.ts';
import type { Outgoing } from '../turn/turn-actions.ts';
import type { TurnView } from '../turn/turn-view.ts';
import type { Choices } from '../choices/choices.ts';
import { useChoices } from './use-choices.ts';
import { useAnswers } from './use-answers.ts';
import { useChosenBranch } from './use-chosen-branch.ts';
import { useConversationState } from './use-conversation-state.ts';
import { useQueue } from './use-queue.ts';
import { useTurnActions, type StableActions } from './use-turn-actions.ts';
import type { ProblemWords } from '../problem-words.ts';

export interface ConversationView extends ConversationState, StableActions {
  /** The turns of the branch that is shown, oldest first. */
  readonly branch: readonly TurnView[];
  /** Whether the conversation is loading or a turn is in progress. Nothing can be started then. */
  readonly isBusy: boolean;
  /** Sends a message, or lets it wait while another one is being answered. */
  send(message: Outgoing): void;
  /** Changes what messages are sent with. */
  choose(changes: Partial<Choices>): void;
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
  /** Returns what a new conversation begins with. */
  readonly readDefaults: () => Choices;
  readonly onChange: (begunId?: string) => void;
}

/**
 * Returns the conversation that is shown and what can be done with it. Calls `onChange` when a turn
 * begins or ends, with the id of the conversation if that has begun with it.
 */
export function useConversation(
  initialId: string | undefined,
  words: ProblemWords,
  { chosen, readDefaults, onChange }: ConversationOptions,
): ConversationView {
  const store = useConversationState(initialId, words);
  const answers = useAnswers(store, onChange);
  const choose = useChoices(store, readDefaults);
  useChosenBranch(store, chosen);
  const { state, currentVisit, switchTo } = store;
  const { conversationId, turns, isLoading, cursor, lastKey } = state;
  const branch = branchTo(turns, lastKey);
  const live = turns.find((turn) => turn.state === 'streaming');
  const isBusy = isLoading || turns.some((turn) => turn.state !== 'settled');

  const stable = useTurnActions(store, answers, branch);
  const { actions } = stable;
  useQueue(store, isBusy, actions.send);

  return {
    ...state,
    ...stable,
    branch,
    isBusy,
    choose,
    send(message) {
      const queued = { ...message, key: crypto.randomUUID() };
      if (isBusy) currentVisit().update((before) => withQueued(before, queued));
      else actions.send(message);
    },
    refresh() {
      if (live === undefined && !isLoading) void currentVisit().load(conversationId);
    },
    stop: live === undefined || live.isStopping === true ? undefined : () => actions.stop(live),
    show(id) {
      if (id !== undefined && id === conversationId) return;
      // Leaving does not stop a turn: it runs to its end and is saved.
      switchTo(id);
      void currentVisit().load(id);
    },
    loadAll: async () =>
      conversationId === undefined || currentVisit().loadOlder(conversationId, cursor),
    loadOlder: () => void currentVisit().load(conversationId, cursor),
  };
}
