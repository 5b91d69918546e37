import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { ErrorCode } from '#domain/errors.ts';
import {
  isBlank,
  messageText,
  type ContentBlock,
  type Message,
  type Role,
} from '#domain/conversation/message.ts';
import type { StopReason } from '#domain/conversation/stream-event.ts';
import type { Usage, Cost } from '#domain/conversation/usage.ts';

/** How a turn ended. Every turn ends in exactly one of these, and it is stored. */
export type TurnState = 'complete' | 'stopped' | 'interrupted' | 'failed' | 'timed_out';

/** Identifies a turn. */
export interface TurnKey extends ConversationKey {
  readonly turnId: string;
  /** The turn's place in its conversation, from 1, without gaps. */
  readonly sequence: number;
}

/** The part of a turn that is known from its beginning. */
interface TurnStart {
  readonly turnId: string;
  readonly sequence: number;
  /** The turn that this one follows; absent if it is the first of its conversation. */
  readonly parentId?: string;
  readonly question: Message;
  readonly modelId: string;
  readonly startedAtMs: number;
  /** When it may be deleted; absent if it is stored permanently. */
  readonly expiresAtMs?: number;
}

/** A turn that has begun and not ended. It is stored before the model is asked. */
export interface LiveTurn extends TurnStart {
  /** After this time, no process can be working on the turn. */
  readonly leaseUntilMs: number;
  /** Its maximum cost, in billionths of a US dollar; absent if the model has no known price. */
  readonly maxNanoUsd?: number;
}

/** What a person thinks of an answer. */
export interface Feedback {
  readonly rating: 'good' | 'bad';
  readonly comment?: string;
}

/** A turn that has ended: a user's message and the answer to it. */
export interface Turn extends TurnStart {
  readonly state: TurnState;
  /** The answer, which may be incomplete. Its content is empty if the model did not begin. */
  readonly answer: Message;
  readonly finishedAtMs: number;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  /** Absent if the model has no known price. */
  readonly cost?: Cost;
  readonly errorCode?: ErrorCode;
  /** What the error said to people. */
  readonly errorMessage?: string;
  /** No model began to answer. The turn cost nothing, and the same request may run again. */
  readonly isUnanswered?: true;
  /** A summary of this turn and all before it, for models that are not shown all of them. */
  readonly summary?: string;
  /** What a person thought of the answer, after the turn had ended. */
  readonly feedback?: Feedback;
}

/**
 * Returns the messages for a model from the turns of a conversation. A turn whose answer has no
 * text is left out, because models require alternating roles and reject blank messages.
 */
export function toMessages(
  turns: readonly Turn[],
  { hasTools }: { readonly hasTools: boolean } = { hasTools: false },
): readonly Message[] {
  return turns.flatMap(({ question, answer }) => {
    if (messageText(answer).trim() === '') return [];
    const messages = hasTools ? toModelMessages(answer) : [];
    if (messages.at(-1)?.role === 'assistant') return [question, ...messages];
    // Models reject tool calls in a request without tools, and the next message is the user's.
    const text = answer.content.filter((block) => block.type === 'text' && !isBlank(block));
    return [question, { ...answer, content: text }];
  });
}

/** Blocks that models are not shown again. */
const hiddenTypes: ReadonlySet<string> = new Set([
  'reasoning',
  'retrieval',
  'citation',
  'approval',
]);

/**
 * Returns an answer as the messages that models expect, where the results of tools are in a user
 * message right after the calls. Calls without a result are left out. If the answer ends with a
 * call, all calls are.
 */
export function toModelMessages({ content }: Message): readonly Message[] {
  const blocks = content.filter((block) => !hiddenTypes.has(block.type) && !isBlank(block));
  const isComplete = blocks.at(-1)?.type !== 'tool-use';
  const callIds = new Set(
    blocks.flatMap((block) => (block.type === 'tool-use' ? block.toolUseId : [])),
  );
  const resultIds = new Set(
    blocks.flatMap((block) => (block.type === 'tool-result' ? block.toolUseId : [])),
  );
  const messages: { role: Role; content: ContentBlock[] }[] = [];
  for (const block of blocks) {
    if (block.type === 'tool-use' && !(isComplete && resultIds.has(block.toolUseId))) continue;
    if (block.type === 'tool-result' && !(isComplete && callIds.has(block.toolUseId))) continue;
    const role = block.type === 'tool-result' ? 'user' : 'assistant';
    const before = messages.at(-1);
    if (before?.role === role) before.content.push(block);
    else messages.push({ role, content: [block] });
  }
  return messages;
}

/** The part of a turn that is known only at its end. */
export type Outcome = Omit<Turn, keyof TurnStart> & { readonly modelId?: string };

/** Returns the turn to store when a live turn ends. */
export function endedTurn(live: LiveTurn, outcome: Outcome): Turn {
  const { leaseUntilMs: _, maxNanoUsd: __, ...start } = live;
  return { ...start, ...outcome };
}

/**
 * Returns the turn to store for a live turn whose worker crashed, with the answer so far.
 * `spentNanoUsd` is what counts as spent: its maximum cost, as a rule, because the cost is unknown.
 * If it is 0, no model was asked.
 */
export function interruptedTurn(
  live: LiveTurn,
  answer: Message,
  finishedAtMs: number,
  spentNanoUsd: number,
): Turn {
  const cost = { nanoUsd: spentNanoUsd, isEstimated: true } as const;
  return endedTurn(live, {
    state: 'interrupted',
    answer,
    finishedAtMs,
    ...(live.maxNanoUsd === undefined ? {} : { cost }),
    ...(spentNanoUsd === 0 && answer.content.length === 0 ? { isUnanswered: true } : {}),
  });
}

/** Returns whether a stored turn has this end. A write is repeated if its response was lost. */
export function isSameEnd(stored: Turn | undefined, turn: Turn): boolean {
  const { turnId, state, finishedAtMs } = turn;
  return (
    stored?.turnId === turnId && stored.state === state && stored.finishedAtMs === finishedAtMs
  );
}
