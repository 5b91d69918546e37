'use client';

import { memo, type ReactNode } from 'react';
import { useShell } from '../../shell/shell-context.tsx';
import { useWords } from '../../words/use-words.ts';
import { signInPath } from '../account/sign-in-path.ts';
import { AnswerActions } from './answer-actions.tsx';
import { AnswerBody } from './answer/answer.tsx';
import type { Alternatives } from './branches.ts';
import { EndingCard } from './ending/ending-card.tsx';
import { endingOf, type Ending, type EndingAction } from './ending/ending.ts';
import { endingWords } from './ending/words.ts';
import { Question } from './question/question.tsx';
import type { TurnView } from './turn-view.ts';
import type { ConversationActions } from '../conversation/use-turn-actions.ts';
import { useIsOnline } from './use-is-online.ts';
import { turnWords } from './words.ts';

export interface TurnProps {
  readonly turn: TurnView;
  readonly questions: Alternatives;
  readonly answers: Alternatives;
  readonly actions: ConversationActions;
  /** Whether a turn is in progress, so that no other one can begin. */
  readonly isBusy: boolean;
  readonly isEditing: boolean;
  readonly onEdit: (key: string | undefined) => void;
}

/** A question and its answer. Rendered again only if they have changed. */
export const Turn = memo(
  function Turn(props: TurnProps): ReactNode {
    const { turn, questions, answers, actions, isBusy, isEditing, onEdit } = props;
    const words = useWords(turnWords);
    const isOffline = useIsOffline(turn);
    const ending = useEnding(turn, isOffline);
    const onAction = useEndingActions(props);
    const isOffered = ending?.actions.some((each) => each === 'regenerate' || each === 'try-again');
    const isSettled = turn.state === 'settled';
    return (
      <section className="turn" data-turn={turn.key} data-state={turn.state}>
        <Question
          turn={turn}
          versions={questions}
          onEdit={isBusy ? undefined : (text) => actions.edit(turn, text)}
          onShow={(other) => actions.showBranch(other)}
          isEditing={isEditing}
          setEditing={(next) => onEdit(next ? turn.key : undefined)}
        />
        <article className="reply" aria-label={words.assistant}>
          {!isOffline && (
            <AnswerBody
              turn={turn}
              onDecide={isBusy ? undefined : (decisions) => actions.decide(turn, decisions)}
            />
          )}
          {ending !== undefined && (
            <EndingCard
              ending={ending}
              isAnnounced={turn.isAnnounced}
              onAction={isBusy && !isOffline ? undefined : onAction}
            />
          )}
        </article>
        {isSettled && (
          <AnswerActions
            turn={turn}
            versions={answers}
            actions={actions}
            onRegenerate={isBusy || isOffered === true ? undefined : () => actions.regenerate(turn)}
          />
        )}
      </section>
    );
  },
  (before, after) =>
    before.turn === after.turn &&
    before.isBusy === after.isBusy &&
    before.isEditing === after.isEditing &&
    before.answers.turns.length === after.answers.turns.length &&
    before.questions.turns.length === after.questions.turns.length,
);

/** Whether the message has not reached the server, because there is no network. */
function useIsOffline({ state, turnId, isReconnecting }: TurnView): boolean {
  const isOnline = useIsOnline();
  return !isOnline && state === 'streaming' && turnId === undefined && isReconnecting === true;
}

function useEnding(turn: TurnView, isOffline: boolean): Ending | undefined {
  const words = useWords(endingWords);
  if (!isOffline) return endingOf(turn, words);
  return { kind: 'wait', icon: 'cloud', ...words.offline, actions: ['cancel'] };
}

function useEndingActions({ turn, actions, onEdit }: TurnProps): (action: EndingAction) => void {
  const { open } = useShell();
  return (action) => {
    switch (action) {
      case 'continue':
        return actions.continueAnswer(turn);
      case 'regenerate':
      case 'try-again':
        return actions.regenerate(turn);
      case 'edit':
        return onEdit(turn.key);
      case 'new-chat':
        return open({ type: 'chat', conversationId: undefined });
      case 'see-spending':
        return open({ type: 'spending' });
      case 'sign-in':
        return window.location.assign(
          signInPath(`${window.location.pathname}${window.location.search}`),
        );
      case 'cancel':
        return actions.cancel(turn.key);
    }
  };
}
