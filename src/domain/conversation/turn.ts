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

/** Where a turn is found. */
export interface TurnKey extends ConversationKey {
  readonly turnId: string;
  /** The turn's place in its conversation, from 1, without gaps. */
  readonly sequence: number;
}

/** What is known of a turn from its beginning on. */
interface Begun {
  readonly turnId: string;
  readonly sequence: number;
  /** The turn that this one follows; absent where it opens the conversation. */
  readonly parentId?: string;
  readonly question: Message;
  readonly modelId: string;
  readonly startedAtMs: number;
  /** When it may be forgotten; absent for what is kept for good. */
  readonly expiresAtMs?: number;
}

/** A turn that has begun and not ended: what is durable before the model is asked. */
export interface LiveTurn extends Begun {
  /** Nobody can be working on the turn any more after this time. */
  readonly leaseUntilMs: number;
  /** What it can cost at most, in billionths of a US dollar; absent where no price is known. */
  readonly maxNanoUsd?: number;
}

/** A user's message and all that came of it. */
export interface Turn extends Begun {
  readonly state: TurnState;
  /** As far as the answer got; its content is empty when the model said nothing. */
  readonly answer: Message;
  readonly finishedAtMs: number;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  /** Absent where the model has no known price. */
  readonly cost?: Cost;
  readonly errorCode?: ErrorCode;
  /** No model began to answer: it cost nothing, and the same request may be made anew. */
  readonly isUnanswered?: true;
  /** Stands for this turn and all before it where a model is not shown them whole. */
  readonly summary?: string;
}

/**
 * The messages a model is given for a conversation's turns. A turn without words in its answer is
 * left out whole: models want the roles to alternate, and no message blank.
 */
export function toMessages(
  turns: readonly Turn[],
  { hasTools }: { readonly hasTools: boolean } = { hasTools: false },
): readonly Message[] {
  return turns.flatMap(({ question, answer }) => {
    if (messageText(answer).trim() === '') return [];
    const exchange = hasTools ? toExchange(answer) : [];
    if (exchange.at(-1)?.role === 'assistant') return [question, ...exchange];
    // Without tools, models refuse to be shown calls; and the next words are the user's.
    const words = answer.content.filter((block) => block.type === 'text' && !isBlank(block));
    return [question, { ...answer, content: words }];
  });
}

const unsaid: ReadonlySet<string> = new Set(['reasoning', 'retrieval', 'citation', 'approval']);

/**
 * An answer as models want it: what tools gave is the user's to say, right after the call. Calls
 * that nothing came of are left out, and so are all where the model had no last word.
 */
export function toExchange({ content }: Message): readonly Message[] {
  const said = content.filter((block) => !unsaid.has(block.type) && !isBlank(block));
  const last = said.at(-1);
  const isOver = last?.type !== 'tool-use';
  const called = new Set(
    said.flatMap((block) => (block.type === 'tool-use' ? block.toolUseId : [])),
  );
  const given = new Set(
    said.flatMap((block) => (block.type === 'tool-result' ? block.toolUseId : [])),
  );
  const messages: { role: Role; content: ContentBlock[] }[] = [];
  for (const block of said) {
    if (block.type === 'tool-use' && !(isOver && given.has(block.toolUseId))) continue;
    if (block.type === 'tool-result' && !(isOver && called.has(block.toolUseId))) continue;
    const role = block.type === 'tool-result' ? 'user' : 'assistant';
    const before = messages.at(-1);
    if (before?.role === role) before.content.push(block);
    else messages.push({ role, content: [block] });
  }
  return messages;
}

/** How a turn came out, apart from its beginning. */
export type Outcome = Omit<Turn, keyof Begun> & { readonly modelId?: string };

/** The turn that is stored when a live one has come to its end. */
export function endedTurn(live: LiveTurn, outcome: Outcome): Turn {
  const { leaseUntilMs: _, maxNanoUsd: __, ...begun } = live;
  return { ...begun, ...outcome };
}

/**
 * The turn that is stored for one whose worker is gone; it left the answer as far as this. What it
 * cost nobody was told: it is taken to be all that it can have been.
 */
export function interruptedTurn(live: LiveTurn, answer: Message, finishedAtMs: number): Turn {
  const { maxNanoUsd: nanoUsd } = live;
  const cost = nanoUsd === undefined ? {} : { cost: { nanoUsd, isEstimated: true } as const };
  return endedTurn(live, { state: 'interrupted', answer, finishedAtMs, ...cost });
}

/** Whether a stored end is this one, which may be asked for again after its answer was lost. */
export function isSameEnd(stored: Turn | undefined, turn: Turn): boolean {
  return stored?.turnId === turn.turnId && stored.finishedAtMs === turn.finishedAtMs;
}
