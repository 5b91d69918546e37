import { isConflict, ChatError } from '#domain/errors.ts';
import type { ConversationKey, Conversation } from '#domain/conversation/conversation.ts';
import { logTtlMs } from '#domain/conversation/turn-log.ts';
import type { LiveTurn } from '#domain/conversation/turn.ts';
import type { OwnedData } from '#domain/data/owned-data.ts';
import type { DocumentKey, Documents, Workflows } from '#domain/document/document.ts';
import { removeIdle } from '#domain/document/remove-document.ts';
import { taskConversation, type TaskKey, type Tasks } from '#domain/task/task.ts';
import { leaseGraceMs } from '#domain/turn/abandoned.ts';
import { recoverTurn } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

export interface RemovalPorts extends StoragePorts {
  readonly owned: OwnedData;
  readonly tasks: Tasks;
  readonly documents: Documents;
  readonly workflows: Pick<Workflows, 'describe'>;
}

/** Whether something is gone, or may still be written to, so that it is removed later. */
export type Removal = 'removed' | 'waiting';

/** No invocation runs longer: the timeout of the functions that run turns, and what follows it. */
export const maxInvocationMs = 300_000 + leaseGraceMs;

/**
 * Removes a task and its turn, so that no worker can begin another: a worker begins only after a
 * change of the task, which fails once it is removed. The turn of a running one is asked to stop.
 */
export async function removeTask(ports: RemovalPorts, key: TaskKey): Promise<Removal> {
  const task = await ports.tasks.find(key);
  if (task === undefined) return 'removed';
  const { state, startedAtMs = 0 } = task;
  if (state === 'running' && startedAtMs + maxInvocationMs > ports.clock.now()) {
    const conversation = taskConversation(key);
    const closed = await ports.owned.close(conversation);
    if (closed?.liveTurn !== undefined) await requestStop(ports, conversation, closed.liveTurn);
    return 'waiting';
  }
  // A worker may have begun the turn after the deletion was requested.
  const turn = await removeConversation(ports, taskConversation(key));
  if (turn === 'waiting') return 'waiting';
  return (await ports.tasks.remove(task)) ? 'removed' : 'waiting';
}

/** Removes a conversation, its turns and their logs. Its live turn is asked to stop. */
export async function removeConversation(
  ports: RemovalPorts,
  key: ConversationKey,
): Promise<Removal> {
  const conversation = await ports.owned.close(key);
  if (conversation === undefined) return 'removed';
  if (await mayBeWritten(ports, conversation)) return 'waiting';
  try {
    await ports.conversations.remove(key);
    return 'removed';
  } catch (error) {
    if (isConflict(error)) return 'waiting';
    if (error instanceof ChatError && error.code === 'not_found') return 'removed';
    throw error;
  }
}

/**
 * Returns whether a worker may still write to a conversation. A worker that was only slow is not
 * trusted to be gone before its lease is over, because nothing would stop it from writing then.
 */
async function mayBeWritten(ports: RemovalPorts, conversation: Conversation): Promise<boolean> {
  const { liveTurn: live, owner, conversationId } = conversation;
  const key = { owner, conversationId };
  const nowMs = ports.clock.now();
  if (live === undefined) return wasJustInterrupted(ports, conversation);
  const { turnId, sequence } = live;
  if ((await ports.conversations.turn({ ...key, turnId, sequence })) !== undefined) return false;
  if (live.leaseUntilMs <= nowMs) {
    await recoverTurn(ports, key, live);
    return false;
  }
  await requestStop(ports, key, live);
  return true;
}

/** Only an interrupted turn may have a worker that has not ended. */
async function wasJustInterrupted(
  { conversations, clock }: RemovalPorts,
  { owner, conversationId, updatedAtMs }: Conversation,
): Promise<boolean> {
  const sinceMs = clock.now() - maxInvocationMs;
  // Only conversations that are listed record their last use.
  const isListed = !conversationId.includes('.');
  if (isListed && updatedAtMs < sinceMs) return false;
  const { items } = await conversations.turns({ owner, conversationId }, { limit: 1 });
  return items.some(({ state, startedAtMs }) => state === 'interrupted' && startedAtMs > sinceMs);
}

async function requestStop(
  { log, clock }: RemovalPorts,
  key: ConversationKey,
  { turnId, sequence }: LiveTurn,
): Promise<void> {
  await log.ping({ ...key, turnId, sequence }, 'stop', clock.now() + logTtlMs);
}

/** Removes a document whose workflow does not run. Its files are removed after all documents. */
export async function removeDocument(ports: RemovalPorts, key: DocumentKey): Promise<Removal> {
  const document = await ports.documents.find(key);
  return document === undefined || (await removeIdle(ports, document)) ? 'removed' : 'waiting';
}
