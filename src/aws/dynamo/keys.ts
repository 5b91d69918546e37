import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { approvalKey } from '#domain/model/tools.ts';
import type { DataJobKey } from '#domain/data/data-job.ts';
import type { DocumentKey } from '#domain/document/document.ts';
import type { TaskKey } from '#domain/task/task.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** The index that lists an owner's conversations by the time of their last use. */
export const activityIndex = 'ByActivity';

/** The primary key of an item. */
export interface DynamoKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Returns the partition key of an owner's items. The owner comes from outside and is encoded, so it
 * cannot change another part of a key.
 */
export function ownerPartition(owner: string): string {
  return `OWNER#${encodeURIComponent(owner)}`;
}

/** Returns the key of a conversation. */
export function conversationKey({ owner, conversationId }: ConversationKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `CONVERSATION#${conversationId}` };
}

/** Returns the partition key of the turns of a conversation. */
export function turnsPartition({ owner, conversationId }: ConversationKey): string {
  return `TURNS#${encodeURIComponent(owner)}#${conversationId}`;
}

/** Returns the partition key of the turn logs of a conversation. */
export function logsPartition({ owner, conversationId }: ConversationKey): string {
  return `LOGS#${encodeURIComponent(owner)}#${conversationId}`;
}

/** Returns the key of the text in which a turn is found. */
export function searchKey(key: ConversationKey, sequence: number): DynamoKey {
  return { pk: searchPartition(key), sk: turnKey(key, sequence).sk };
}

/** Returns the partition key of the texts in which the turns of a conversation are found. */
export function searchPartition({ owner, conversationId }: ConversationKey): string {
  return `SEARCH#${encodeURIComponent(owner)}#${conversationId}`;
}

/** Returns the key of a log entry. The entries of a log sort by slot. */
export function logKey(key: TurnKey, slot: number): DynamoKey {
  return { pk: logsPartition(key), sk: `${key.turnId}#${String(slot).padStart(8, '0')}` };
}

/** Returns the key of a turn. Turns sort by their sequence number. */
export function turnKey(key: ConversationKey, sequence: number): DynamoKey {
  return { pk: turnsPartition(key), sk: `TURN#${String(sequence).padStart(8, '0')}` };
}

/** Returns the key of a task. */
export function taskKey({ owner, taskId }: TaskKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `TASK#${taskId}` };
}

/** Returns the key of a document. */
export function documentKey({ owner, documentId }: DocumentKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `DOCUMENT#${documentId}` };
}

/** Returns the key of the item with an owner's callback secrets. */
export function callbackSecretKey(owner: string): DynamoKey {
  return { pk: ownerPartition(owner), sk: 'CALLBACK_SECRET' };
}

/** Returns the key of the item with an owner's notes. */
export function notesKey(owner: string): DynamoKey {
  return { pk: ownerPartition(owner), sk: 'NOTES' };
}

/** Returns the key of an export or a deletion of everything that an owner has. */
export function dataJobKey({ owner, kind, jobId }: DataJobKey): DynamoKey {
  return { pk: ownerPartition(owner), sk: `${dataJobPrefixes[kind]}${jobId}` };
}

/** The prefixes of the sort keys of exports and deletions. */
export const dataJobPrefixes = { export: 'EXPORT#', deletion: 'DELETION#' } as const;

/** Returns the key of the item that names an owner's latest export or deletion. */
export function latestDataJobKey(owner: string): DynamoKey {
  return { pk: ownerPartition(owner), sk: 'LATEST_DATA_JOB' };
}

/**
 * Returns the key of the item with an issuer's public keys, by the URL that publishes them. Only the
 * authorizer may write it.
 */
export function issuerKeysKey(url: string): DynamoKey {
  return { pk: 'ISSUER_KEYS', sk: encodeURIComponent(url) };
}

/** The key of the item with the secret of the names in logs. */
export const logSecretKey: DynamoKey = { pk: 'LOG_SECRET', sk: 'LOG_SECRET' };

/** The key of the item with the secret that signs the tokens of guests. */
export const guestSecretKey: DynamoKey = { pk: 'GUEST_SECRET', sk: 'GUEST_SECRET' };

/** Returns the key of a session of the page, by the hash of its id. */
export function pageSessionKey(hash: string): DynamoKey {
  return { pk: `PAGE_SESSION#${hash}`, sk: 'PAGE_SESSION' };
}

/** Returns the partition key of the list of a user's sessions of the page. */
export function pageSessionsPartition(userId: string): string {
  return `PAGE_SESSIONS#${encodeURIComponent(userId)}`;
}

/** Returns the key of an owner's spending on a day, in days since 1970. Days sort by time. */
export function spendingKey(owner: string, day: number): DynamoKey {
  return { pk: ownerPartition(owner), sk: `${spendingPrefix}${String(day).padStart(6, '0')}` };
}

/** The prefix of the sort keys of spending. */
export const spendingPrefix = 'SPENDING#';

/** Returns the attribute that stores which turn an idempotency key began. */
export function keyAttribute(key: string): string {
  return `key#${key}`;
}

/** Returns whether an attribute belongs to an idempotency key. */
export function isKeyAttribute(name: string): boolean {
  return name.startsWith('key#');
}

/** Returns whether such an attribute belongs to the approval of tool calls. */
export function isApproval(name: string): boolean {
  return name.startsWith(keyAttribute(approvalKey('')));
}
