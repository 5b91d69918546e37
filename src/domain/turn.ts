import type { ErrorCode } from '#domain/errors.ts';
import { messageText, type Message } from '#domain/message.ts';
import type { StopReason } from '#domain/stream-event.ts';
import type { Usage } from '#domain/usage.ts';

/** How a turn ended. Every turn ends in exactly one of these, and it is stored. */
export type TurnState = 'complete' | 'stopped' | 'interrupted' | 'failed' | 'timed_out';

/** A turn that has begun and not ended: what is durable before the model is asked. */
export interface LiveTurn {
  readonly turnId: string;
  /** The turn's place in its conversation, from 1, without gaps. */
  readonly sequence: number;
  readonly question: Message;
  readonly modelId: string;
  readonly startedAtMs: number;
  /** Nobody can be working on the turn any more after this time. */
  readonly leaseUntilMs: number;
}

/** A user's message and all that came of it. */
export interface Turn {
  readonly turnId: string;
  readonly sequence: number;
  readonly state: TurnState;
  readonly question: Message;
  /** As far as the answer got; its content is empty when the model said nothing. */
  readonly answer: Message;
  readonly modelId: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  readonly errorCode?: ErrorCode;
}

/**
 * The messages a model is given for a conversation's turns. A turn without words in its answer is
 * left out whole: models want the roles to alternate, and no message blank.
 */
export function toMessages(turns: readonly Turn[]): readonly Message[] {
  return turns.flatMap((turn) =>
    messageText(turn.answer).trim() === '' ? [] : [turn.question, turn.answer],
  );
}

/** The turn that is stored for one whose worker is gone and left nothing but the question. */
export function interruptedTurn(live: LiveTurn, finishedAtMs: number): Turn {
  const { leaseUntilMs: _, ...begun } = live;
  const answer = { role: 'assistant', content: [] } as const;
  return { ...begun, state: 'interrupted', answer, finishedAtMs };
}
