import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { ChatError, toErrorCode, type ErrorCode } from '#domain/errors.ts';
import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { AttachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { fromUsageJson } from '#protocol/conversation/usage-json.ts';
import { fromContentJson } from '#protocol/conversation/content-json.ts';
import type { TurnRequest } from './turn-api.ts';

/** Why an answer is missing or incomplete. */
export interface TurnProblem {
  /** `unreachable`: no answer from the server. `interrupted`: what ran the turn is gone. */
  readonly reason: ErrorCode | 'unreachable' | 'interrupted';
  /** What the server said. */
  readonly detail?: string;
  readonly retryable: boolean;
  /** When the same request may succeed, by this browser's clock. */
  readonly retryAtMs?: number;
  readonly requestId?: string;
  /** Whether the page does not know what became of the answer: it may exist by now. */
  readonly isLost?: boolean;
}

export type Rating = 'good' | 'bad';

/** A turn as the page shows it. */
export interface TurnView {
  readonly key: string;
  /** Absent until the server has accepted the message. */
  readonly turnId?: string;
  /** The turn that this one follows; null for the first turn of a conversation. */
  readonly parentId: string | null;
  readonly question: string;
  /** The files of the question. */
  readonly attachments?: readonly AttachmentJson[];
  readonly answer: Answer;
  /** `running`: started in another tab or before a reload, and not followed here yet. */
  readonly state: 'streaming' | 'running' | 'settled';
  /** Whether screen readers announce its beginning and end: the page has watched it stream. */
  readonly isAnnounced: boolean;
  /** Whether the connection that the answer arrives on is lost for now. */
  readonly isReconnecting?: boolean;
  /** Whether the reader has asked to stop it. */
  readonly isStopping?: boolean;
  readonly modelId?: string;
  /** When the message was sent, by the server's clock or this browser's. */
  readonly startedAtMs: number;
  /** How long the answer took; absent if that is not known. */
  readonly durationMs?: number;
  readonly costUsd?: number;
  /** What the reader thinks of the answer. */
  readonly rating?: Rating | undefined;
  readonly problem?: TurnProblem;
  /** What the page has sent, to send it again if the server has not accepted it. */
  readonly request?: TurnRequest;
}

/** Returns a stored turn as the page shows it. */
export function fromTurnJson(turn: TurnJson): TurnView {
  const { turn_id: turnId, message: question, state, stop_reason: stopReason } = turn;
  const content = fromContentJson(turn.content);
  const answer: Answer = {
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
    ...(turn.attachments === undefined ? {} : { attachments: turn.attachments }),
    answer,
    isAnnounced: false,
    modelId: turn.model,
    startedAtMs: Date.parse(turn.created_at),
    ...durationOf(turn),
    ...(turn.cost_usd === undefined ? {} : { costUsd: turn.cost_usd }),
    rating: turn.feedback?.rating,
  } as const;
  if (state === 'running') return { ...view, state };
  if (state === 'complete' || state === 'stopped') return { ...view, state: 'settled' };
  return { ...view, state: 'settled', problem: storedProblem(turn) };
}

function durationOf({ created_at: begun, ended_at: ended }: TurnJson): { durationMs?: number } {
  return ended === undefined ? {} : { durationMs: Date.parse(ended) - Date.parse(begun) };
}

/** Says the same as when the answer failed. An interrupted turn has no error. */
function storedProblem(turn: TurnJson): TurnProblem {
  const { error_code: code, error_detail: detail = '', created_at: createdAt } = turn;
  if (code === undefined) return { reason: 'interrupted', retryable: true };
  const problem = problemOf(new ChatError(toErrorCode(code), detail));
  // The stored turn does not say when a limit lifts. Days of limits are UTC days.
  if (problem.reason !== 'quota_exceeded' || !/today/u.test(detail)) return problem;
  const day = new Date(createdAt);
  return { ...problem, retryAtMs: day.setUTCHours(24, 0, 0, 0) };
}

/** Describes an error. Anything but a `ChatError` means that the server could not be reached. */
export function problemOf(error: unknown): TurnProblem {
  if (!(error instanceof ChatError)) return { reason: 'unreachable', retryable: true };
  const { code: reason, message: detail, retryable, retryAfterSeconds, requestId } = error;
  return {
    reason,
    detail,
    retryable,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { retryAtMs: Date.now() + retryAfterSeconds * 1_000 }),
  };
}

/** Returns the words of an answer, as Markdown. */
export function answerText({ answer }: Pick<TurnView, 'answer'>): string {
  return messageText(toMessage(answer));
}

/** Whether the answer has a beginning but was cut off, so that its rest can be requested. */
export function canContinue(turn: TurnView): boolean {
  const { turnId, state, answer, problem } = turn;
  if (turnId === undefined || state !== 'settled') return false;
  const isCutOff = answer.stopReason === 'max_tokens' || answer.stopReason === 'stopped';
  return (isCutOff || problem !== undefined) && answerText(turn).trim() !== '';
}
