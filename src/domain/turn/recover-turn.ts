import { accumulate, emptyAnswer, toMessage } from '#domain/conversation/accumulate.ts';
import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import {
  turnIsRunning,
  unknownConversation,
  unknownTurn,
} from '#domain/conversation/conversation-errors.ts';
import type { Message } from '#domain/conversation/message.ts';
import { logTtlMs, type LogEntry } from '#domain/conversation/turn-log.ts';
import { interruptedTurn, type Feedback, type LiveTurn } from '#domain/conversation/turn.ts';
import { isConflict } from '#domain/errors.ts';
import { isAbandoned } from '#domain/turn/abandoned.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/**
 * Stores a turn whose worker is gone as interrupted, with the answer up to where its log ends.
 * Seals the log and closes the reservation first, so that a worker that was only late cannot
 * continue unnoticed.
 */
export async function recoverTurn(
  { conversations, log, reservations, clock }: StoragePorts,
  key: ConversationKey,
  live: LiveTurn,
): Promise<void> {
  const { turnId, sequence } = live;
  const turnKey = { ...key, turnId, sequence };
  const nowMs = clock.now();
  const entries = await log.seal(turnKey, nowMs + logTtlMs);
  const reservation = { owner: key.owner, turnId, atMs: live.startedAtMs };
  const nanoUsd = await reservations.close(reservation);
  try {
    await conversations.finish(key, interruptedTurn(live, answerIn(entries), nowMs, nanoUsd));
  } catch (error) {
    if (!isConflict(error)) throw error;
    // Its worker was only late, and has stored what the turn cost.
    const { cost } = (await conversations.turn(turnKey)) ?? {};
    if (cost !== undefined) await reservations.correct(reservation, cost.nanoUsd);
  }
}

function answerIn(entries: readonly LogEntry[]): Message {
  return toMessage(entries.flatMap(({ events }) => events).reduce(accumulate, emptyAnswer));
}

/**
 * Returns a conversation after recovering its live turn if nobody runs it; undefined if there is no
 * such conversation.
 */
export async function findConversation(
  ports: StoragePorts,
  key: ConversationKey,
): Promise<Conversation | undefined> {
  const conversation = await ports.conversations.find(key);
  const live = conversation?.liveTurn;
  if (live === undefined || !(await isAbandoned(ports, key, live))) return conversation;
  await recoverTurn(ports, key, live);
  return ports.conversations.find(key);
}

/** Deletes a conversation. Throws `not_found`, and `conflict` while a turn is live. */
export async function deleteConversation(ports: StoragePorts, key: ConversationKey): Promise<void> {
  await findConversation(ports, key);
  await ports.conversations.remove(key);
}

/**
 * Stores feedback with a turn; undefined removes it. Throws `not_found`, and `conflict` while the turn
 * is live.
 */
export async function rateTurn(
  ports: StoragePorts,
  { turnId, ...key }: ConversationKey & { readonly turnId: string },
  feedback: Feedback | undefined,
): Promise<void> {
  const conversation = await findConversation(ports, key);
  if (conversation === undefined) throw unknownConversation();
  if (await ports.conversations.rate(key, turnId, feedback)) return;
  const { liveTurn: live } = conversation;
  throw live?.turnId === turnId ? turnIsRunning(live) : unknownTurn();
}
