import type { Conversations } from '#domain/conversation/conversations.ts';
import { accumulate, emptyAnswer, toMessage } from '#domain/conversation/accumulate.ts';
import type { Clock } from '#domain/clock.ts';
import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import type { Message } from '#domain/conversation/message.ts';
import { logKeptMs, type LogEntry, type TurnLog } from '#domain/conversation/turn-log.ts';
import { interruptedTurn, type LiveTurn } from '#domain/conversation/turn.ts';

export interface StoragePorts {
  readonly conversations: Conversations;
  readonly log: TurnLog;
  readonly clock: Clock;
}

/**
 * Keeps a turn whose worker is gone as interrupted, with the answer as far as its log has it. The
 * log is sealed first, so that a worker who was only late cannot go on unseen.
 */
export async function recoverTurn(
  { conversations, log, clock }: StoragePorts,
  key: ConversationKey,
  live: LiveTurn,
): Promise<void> {
  const { turnId, sequence } = live;
  const nowMs = clock.now();
  const entries = await log.seal({ ...key, turnId, sequence }, nowMs + logKeptMs);
  try {
    await conversations.finish(key, interruptedTurn(live, answerIn(entries), nowMs));
  } catch (error) {
    // Whoever else ended it has done what was to be done.
    if (!(error instanceof ChatError && error.code === 'conflict')) throw error;
  }
}

function answerIn(entries: readonly LogEntry[]): Message {
  return toMessage(entries.flatMap(({ events }) => events).reduce(accumulate, emptyAnswer));
}

/** A conversation whose live turn, if it has one, may still be at work. */
export async function findConversation(
  ports: StoragePorts,
  key: ConversationKey,
): Promise<Conversation | undefined> {
  const found = await ports.conversations.find(key);
  const live = found?.liveTurn;
  if (live === undefined || !isAbandoned(live, ports.clock)) return found;
  await recoverTurn(ports, key, live);
  return ports.conversations.find(key);
}

/** Whether nobody can be working on a live turn any more. */
export function isAbandoned({ leaseUntilMs }: LiveTurn, clock: Clock): boolean {
  return leaseUntilMs <= clock.now();
}

/** Removes a conversation for good. Throws `not_found`, and `conflict` while a turn is at work. */
export async function removeConversation(ports: StoragePorts, key: ConversationKey): Promise<void> {
  await findConversation(ports, key);
  await ports.conversations.remove(key);
}
