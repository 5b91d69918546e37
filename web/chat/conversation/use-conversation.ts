'use client';

import { useState, type RefObject } from 'react';
import type { ChosenBranches } from '../../drafts/chosen-branch.ts';
import { branchTo } from '../turn/branches.ts';
import {
  withoutQueued,
  withQueued,
  withTurnChanges,
  type ConversationState,
} from '../turn/conversation-state.ts';
import { createTurnActions, type Outgoing, type TurnActions } from '../turn/turn-actions.ts';
import { stopTurn } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import type { Choices } from '../choices/choices.ts';
import { useChoices } from './use-choices.ts';
import { useAnswers } from './use-answers.ts';
import { useChosenBranch } from './use-chosen-branch.ts';
import { useConversationState } from './use-conversation-state.ts';
import { useLatest } from './use-latest.ts';
import { useQueue } from './use-queue.ts';
import type { Words } from '../words.ts';

export interface ConversationView extends ConversationState {
  /** The turns of the branch that is shown, oldest first. */
  readonly branch: readonly TurnView[];
  /** Whether the conversation is loading or a turn is in progress. Nothing can be started then. */
  readonly isBusy: boolean;
  /** Always the same object, so that turns are not rendered again because of it. */
  readonly actions: TurnActions;
  /** Sends a message, or lets it wait while another one is being answered. */
  send(message: Outgoing): void;
  /** Gives a message up that waits in the queue or for the network; it comes back as `returned`. */
  cancel(key: string): void;
  /** The message that was given up last, for whoever edits messages. */
  readonly returned: Outgoing | undefined;
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
  const answers = useAnswers(store, onChange);
  const choose = useChoices(store);
  const [returned, setReturned] = useState<Outgoing>();
  useChosenBranch(store, chosen);
  const { state, currentVisit, switchTo } = store;
  const { conversationId, turns, isLoading, cursor, lastKey } = state;
  const branch = branchTo(turns, lastKey);
  const live = turns.find((turn) => turn.state === 'streaming');
  const isBusy = isLoading || turns.some((turn) => turn.state !== 'settled');

  const latest = useLatest(
    createTurnActions({
      turns,
      branch,
      startTurn: answers.start,
      reload: () => currentVisit().load(conversationId),
      update: (change) => currentVisit().update(change),
    }),
  );
  const [actions] = useState(() => toStableActions(latest));
  useQueue(store, isBusy, actions.send);

  const cancel = (key: string): void => {
    const queued = state.queue.find((each) => each.key === key);
    const turn = turns.find((each) => each.key === key);
    if (queued !== undefined) {
      currentVisit().update((before) => withoutQueued(before, key));
      setReturned(queued);
    } else if (turn?.turnId === undefined && turn !== undefined) {
      answers.cancel(key);
      setReturned({ text: turn.question, attachments: turn.attachments });
    }
  };

  const stop = async ({ key, turnId }: TurnView): Promise<void> => {
    if (conversationId === undefined || turnId === undefined) {
      cancel(key);
      return;
    }
    const { update } = currentVisit();
    const setStopping = (isStopping: boolean): void =>
      update((before) => withTurnChanges(before, key, { isStopping }));
    setStopping(true);
    await stopTurn(conversationId, turnId).catch(() => setStopping(false));
  };

  return {
    ...state,
    branch,
    isBusy,
    actions,
    choose,
    cancel,
    returned,
    send(message) {
      if (!isBusy) actions.send(message);
      else {
        const key = crypto.randomUUID();
        currentVisit().update((before) => withQueued(before, { ...message, key }));
      }
    },
    refresh() {
      if (live === undefined && !isLoading) void currentVisit().load(conversationId);
    },
    stop: live === undefined || live.isStopping === true ? undefined : () => void stop(live),
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

/** Returns actions that always are the latest ones, whenever they were rendered. */
function toStableActions(latest: RefObject<TurnActions>): TurnActions {
  return {
    send: (...message) => latest.current.send(...message),
    regenerate: (...turn) => latest.current.regenerate(...turn),
    continueAnswer: (...turn) => latest.current.continueAnswer(...turn),
    edit: (...turn) => latest.current.edit(...turn),
    decide: (...turn) => latest.current.decide(...turn),
    showBranch: (...turn) => latest.current.showBranch(...turn),
  };
}
