'use client';

import { pathTo } from '../turn/branches.ts';
import type { Shown } from '../turn/shown-turns.ts';
import { createTurnActions, type TurnActions } from '../turn/turn-actions.ts';
import { stopTurn } from '../turn/turn-api.ts';
import type { TurnView } from '../turn/turn-view.ts';
import { setAddress, useAnswers } from './use-answers.ts';
import { useShown } from './use-shown.ts';
import type { Words } from '../words.ts';

export interface ConversationView extends Shown {
  /** The turns of the branch that is shown. */
  readonly path: readonly TurnView[];
  /** Whether a turn is under way, so that none can be sent. */
  readonly isBusy: boolean;
  readonly actions: TurnActions;
  /** Ends the turn that is under way; undefined where there is none to end. */
  readonly stop: (() => void) | undefined;
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
  const state = useShown(initialId, words);
  const run = useAnswers(state, words, onChange);
  const { shown, change, load, leave } = state;
  const { conversationId, turns, isLoading, cursor, last } = shown;
  const path = pathTo(turns, last);
  const liveId = turns.find((turn) => turn.state === 'streaming')?.turnId;
  return {
    ...shown,
    path,
    isBusy: isLoading || turns.some((turn) => turn.state !== 'settled'),
    actions: createTurnActions({ turns, path, run, alter: (how) => change().alter(how) }),
    stop:
      conversationId === undefined || liveId === undefined
        ? undefined
        : () => void stopTurn(conversationId, liveId).catch(() => undefined),
    open(id) {
      // Leaving does not stop the turn: it runs to its end and is kept.
      leave(id);
      setAddress(id);
      void load(id);
    },
    loadOlder: () => void load(conversationId, cursor),
  };
}
