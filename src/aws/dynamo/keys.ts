import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { approvalKey } from '#domain/model/tools.ts';
import type { DocumentKey } from '#domain/document/document.ts';
import type { TaskKey } from '#domain/task/task.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** The index that lists an owner's conversations by when they were last used. */
export const activityIndex = 'ByActivity';

export interface DynamoKey {
  readonly pk: string;
  readonly sk: string;
}

/** An owner is somebody else's string: encoded, it can never reach into another part of a key. */
export function ownerPartition(owner: string): string {
  return `OWNER#${encodeURIComponent(owner)}`;
}

export function conversationKey({ owner, conversationId }: ConversationKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `CONVERSATION#${conversationId}` };
}

export function turnsPartition({ owner, conversationId }: ConversationKey): string {
  return `TURNS#${encodeURIComponent(owner)}#${conversationId}`;
}

/** All the logs of a conversation; a log's entries sort by their slots. */
export function logsPartition({ owner, conversationId }: ConversationKey): string {
  return `LOGS#${encodeURIComponent(owner)}#${conversationId}`;
}

export function logKey(key: TurnKey, slot: number): DynamoKey {
  return { pk: logsPartition(key), sk: `${key.turnId}#${String(slot).padStart(8, '0')}` };
}

/** Turns sort by their place in the conversation. */
export function turnKey(key: ConversationKey, sequence: number): DynamoKey {
  return { pk: turnsPartition(key), sk: `TURN#${String(sequence).padStart(8, '0')}` };
}

export function taskKey({ owner, taskId }: TaskKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `TASK#${taskId}` };
}

export function documentKey({ owner, documentId }: DocumentKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `DOCUMENT#${documentId}` };
}

/** Where an owner's keys for signing callbacks are. */
export function callbackSecretKey(owner: string): DynamoKey {
  return { pk: ownerPartition(owner), sk: 'CALLBACK_SECRET' };
}

/** What an owner has had noted. */
export function notesKey(owner: string): DynamoKey {
  return { pk: ownerPartition(owner), sk: 'NOTES' };
}

/** What an owner spends in a day, which is given in days since 1970; days sort by time. */
export function spendingKey(owner: string, day: number): DynamoKey {
  return { pk: ownerPartition(owner), sk: `${spendingPrefix}${String(day).padStart(6, '0')}` };
}

export const spendingPrefix = 'SPENDING#';

/** The attribute of a conversation that keeps which turn a request with this key began. */
export function keyAttribute(key: string): string {
  return `key#${key}`;
}

export function isKeyAttribute(name: string): boolean {
  return name.startsWith('key#');
}

/** Whether such an attribute is of a request that allowed a tool to do something. */
export function isApproval(name: string): boolean {
  return name.startsWith(keyAttribute(approvalKey('')));
}
