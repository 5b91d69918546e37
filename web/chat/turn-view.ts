import { emptyAnswer, type Answer } from '#domain/accumulate.ts';
import type { TurnJson } from '#protocol/turn-json.ts';
import { fromUsageJson } from '#protocol/usage-json.ts';

/** Why an answer is not whole. */
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
  /** Whether it was watched as it came, and its end is news. */
  readonly isNews: boolean;
  readonly problem?: TurnProblem;
}

/** A turn as it is stored; `partial` is what to say of an answer that broke off. */
export function fromTurnJson(turn: TurnJson, partial: string): TurnView {
  const { turn_id: key, message: question, response, state, stop_reason: stopReason } = turn;
  const content = response === '' ? [] : [{ type: 'text', text: response } as const];
  const answer: Answer = {
    ...emptyAnswer,
    content,
    indexes: content.map((_, index) => index),
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(turn.usage === undefined ? {} : { usage: fromUsageJson(turn.usage) }),
  };
  const view = { key, question, answer, isNews: false } as const;
  if (state === 'running') return { ...view, state };
  if (state === 'complete' || state === 'stopped') return { ...view, state: 'settled' };
  return { ...view, state: 'settled', problem: { message: partial, retryable: true } };
}
