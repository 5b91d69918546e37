import { emptyAnswer, type Answer } from '#domain/accumulate.ts';
import type { TurnJson } from '#protocol/turn-json.ts';

/** Why a turn shows a problem, and whether trying again makes sense. */
export interface TurnProblem {
  readonly message: string;
  readonly retryable: boolean;
}

/** A turn as the page shows it. */
export interface TurnView {
  readonly key: string;
  readonly question: string;
  readonly answer: Answer;
  /** `running` is a turn that somebody else's connection is being told. */
  readonly state: 'streaming' | 'running' | 'settled';
  readonly problem?: TurnProblem;
}

/** A stored turn; `partial` is what to say of an answer that broke off. */
export function fromTurnJson(turn: TurnJson, partial: string): TurnView {
  const { turn_id: key, message: question, response, state, stop_reason: stopReason } = turn;
  const content = response === '' ? [] : [{ type: 'text', text: response } as const];
  const answer: Answer = {
    ...emptyAnswer,
    content,
    indexes: content.map((_, index) => index),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
  if (state === 'running') return { key, question, answer, state: 'running' };
  const settled = { key, question, answer, state: 'settled' } as const;
  if (state === 'complete' || state === 'stopped') return settled;
  return { ...settled, problem: { message: partial, retryable: true } };
}
