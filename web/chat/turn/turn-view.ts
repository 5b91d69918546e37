import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import { emptyAnswer, toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import { fromUsageJson } from '#protocol/conversation/usage-json.ts';
import type { Words } from '../words.ts';
import { describeCut } from './describe-problem.ts';

/** Why an answer is missing or incomplete. */
export interface TurnProblem {
  readonly message: string;
  readonly retryable: boolean;
}

/** A turn as the page shows it. */
export interface TurnView {
  readonly key: string;
  /** Absent until the server has accepted the message. */
  readonly turnId?: string;
  /** The turn that this one follows; null for the first turn of a conversation. */
  readonly parentId: string | null;
  readonly question: string;
  readonly answer: Answer;
  /** `running`: started in another tab or before a reload, and not followed here yet. */
  readonly state: 'streaming' | 'running' | 'settled';
  /** Whether screen readers announce its beginning and end: the page has watched it stream. */
  readonly isAnnounced: boolean;
  /** Whether the connection that the answer arrives on is lost for now. */
  readonly isReconnecting?: boolean;
  /** Whether the reader has asked to stop it. */
  readonly isStopping?: boolean;
  readonly costUsd?: number;
  readonly problem?: TurnProblem;
}

/** Returns a stored turn as the page shows it. */
export function fromTurnJson(turn: TurnJson, words: Words): TurnView {
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
    isAnnounced: false,
    ...(turn.cost_usd === undefined ? {} : { costUsd: turn.cost_usd }),
  } as const;
  if (state === 'running') return { ...view, state };
  if (state === 'complete' || state === 'stopped') return { ...view, state: 'settled' };
  return { ...view, state: 'settled', problem: problemOf(turn, words) };
}

/** Says the same as when the answer failed. An interrupted turn has no error. */
function problemOf(turn: TurnJson, words: Words): TurnProblem {
  const { response, error_code: code, error_detail: detail = '' } = turn;
  if (code !== undefined) {
    return describeCut(new ChatError(toErrorCode(code), detail), response !== '', words);
  }
  return { message: response === '' ? words.noAnswer : words.cutOff, retryable: true };
}

/** Returns in words how an answer ended; undefined if it simply came to its end. */
export function endingOf({ answer }: TurnView, words: Words): string | undefined {
  const { stopReason = 'end_turn', content } = answer;
  const isOwnEnd = stopReason === 'end_turn' || stopReason === 'stop_sequence';
  if (isOwnEnd && content.length === 0) return words.emptyAnswer;
  return words.stopReasons.get(stopReason);
}

/** Whether the answer has a beginning but was cut off, so that its rest can be requested. */
export function canContinue({ turnId, state, answer, problem }: TurnView): boolean {
  if (turnId === undefined || state !== 'settled') return false;
  const isCutOff = answer.stopReason === 'max_tokens' || answer.stopReason === 'stopped';
  return (isCutOff || problem !== undefined) && messageText(toMessage(answer)).trim() !== '';
}
