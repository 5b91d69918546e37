import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { emptyAnswer, toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import { fromUsageJson } from '#protocol/conversation/usage-json.ts';

/** Why an answer is not whole. */
export interface TurnProblem {
  readonly message: string;
  readonly retryable: boolean;
}

/** A turn as the page shows it. */
export interface TurnView {
  readonly key: string;
  /** Absent until the turn has begun, and for a message that was not taken. */
  readonly turnId?: string;
  /** The turn that this one follows; null where it opens the conversation. */
  readonly parentId: string | null;
  readonly question: string;
  readonly answer: Answer;
  /** `running` is a turn that was begun elsewhere, or before a reload. */
  readonly state: 'streaming' | 'running' | 'settled';
  /** Whether it was watched as it came, and its end is news. */
  readonly isNews: boolean;
  readonly costUsd?: number;
  readonly problem?: TurnProblem;
}

/** A turn as it is stored; `partial` is what to say of an answer that broke off. */
export function fromTurnJson(turn: TurnJson, partial: string): TurnView {
  const { turn_id: turnId, message: question, response, state, stop_reason: stopReason } = turn;
  const content = response === '' ? [] : [{ type: 'text', text: response } as const];
  const answer: Answer = {
    ...emptyAnswer,
    content,
    indexes: content.map((_, index) => index),
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(turn.usage === undefined ? {} : { usage: fromUsageJson(turn.usage) }),
  };
  const view = {
    turnId,
    key: turnId,
    parentId: turn.parent_turn_id,
    question,
    answer,
    isNews: false,
    ...(turn.cost_usd === undefined ? {} : { costUsd: turn.cost_usd }),
  } as const;
  if (state === 'running') return { ...view, state };
  if (state === 'complete' || state === 'stopped') return { ...view, state: 'settled' };
  return { ...view, state: 'settled', problem: { message: partial, retryable: true } };
}

/** Whether an answer was cut off after its beginning, so that its rest can be asked for. */
export function canGoOn({ turnId, state, answer, problem }: TurnView): boolean {
  if (turnId === undefined || state !== 'settled') return false;
  const isCut = answer.stopReason === 'max_tokens' || answer.stopReason === 'stopped';
  return (isCut || problem !== undefined) && messageText(toMessage(answer)).trim() !== '';
}
