'use client';

import { memo, useState, type ReactNode } from 'react';
import { useShell } from '../../shell/shell-context.tsx';
import { useWords } from '../../words/use-words.ts';
import { signInPath } from '../sign-in-path.ts';
import { AnswerActions } from './answer-actions.tsx';
import { AnswerBody } from './answer/answer.tsx';
import type { Alternatives } from './branches.ts';
import { EndingCard } from './ending/ending-card.tsx';
import { endingOf, type Ending, type EndingAction } from './ending/ending.ts';
import { endingWords } from './ending/words.ts';
import { Question } from './question.tsx';
import type { TurnView } from './turn-view.ts';
import type { TurnActions } from './turn-actions.ts';
import { turnWords } from './words.ts';

export interface TurnProps {
  readonly turn: TurnView;
  readonly questions: Alternatives;
  readonly answers: Alternatives;
  readonly actions: TurnActions;
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
    const ending = useEnding(turn);
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
          <AnswerBody
            turn={turn}
            onDecide={isBusy ? undefined : (decisions) => actions.decide(turn, decisions)}
          />
          {ending !== undefined && (
            <EndingCard
              ending={ending}
              isAnnounced={turn.isAnnounced}
              onAction={isBusy ? undefined : onAction}
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

function useEnding(turn: TurnView): Ending | undefined {
  return endingOf(turn, useWords(endingWords));
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
        return window.location.assign(signInPath());
      case 'cancel':
        return undefined;
    }
  };
}
