import type { Page, PageRequest } from '#domain/conversation/conversations.ts';
import { answerName, isLarge, type LargeAnswers } from '#aws/conversation/large-answers.ts';
import {
  fromKeyAttribute,
  fromTurnItem,
  message,
  toTurnItem,
} from '#aws/conversation/conversation-items.ts';
import {
  conversationKey,
  isApproval,
  isKeyAttribute,
  turnKey,
  turnsPartition,
} from '#aws/dynamo/keys.ts';
import { removeTurnFiles } from '#aws/conversation/turn-files.ts';
import { emptyText, storeText } from '#aws/conversation/search-texts.ts';
import { toRemoval, toUpdate } from '#aws/dynamo/change.ts';
import { ConditionFailed, toExpiry, type QueryRequest, type Table } from '#aws/dynamo/table.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import { isSameEnd, type Feedback, type Turn, type TurnKey } from '#domain/conversation/turn.ts';

/** The storage of turns: a table, and a store for answers that are too large for an item. */
export interface TurnStore {
  readonly table: Table;
  readonly largeAnswers: LargeAnswers;
}

/**
 * Stores how a turn ended, then closes it. The first to end a turn wins. Throws `conflict` if the
 * turn has already ended differently.
 */
export async function finishTurn(
  store: TurnStore,
  key: ConversationKey,
  turn: Turn,
): Promise<void> {
  const { table } = store;
  const item = await toStoredItem(store, key, turn);
  try {
    await table.put({
      Item: { ...turnKey(key, turn.sequence), ...item },
      // DynamoDB deletes expired items late: such an item may be overwritten.
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :now',
      ExpressionAttributeValues: { ':now': toExpiry(turn.finishedAtMs) },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // The client repeats a write if its response was lost. The repeated write then finds the same turn.
    const { turnId, sequence } = turn;
    const stored = await readTurn(store, { ...key, turnId, sequence });
    if (!isSameEnd(stored, turn)) {
      if (typeof item['answerAt'] === 'string') await store.largeAnswers.remove(item['answerAt']);
      if (stored === undefined) await freeConversation(table, key, turnId);
      else await closeTurn(table, key, stored);
      throw turnAlreadyEnded();
    }
  }
  if (await closeTurn(table, key, turn)) return;
  // The conversation was deleted in the meantime, and nobody would ever delete this turn.
  await emptyTurn(store, key, turn, item['answerAt']);
  throw turnAlreadyEnded();
}

/**
 * Stores the text in which a stored turn is found, then frees its conversation: so every turn of a
 * free conversation is found, whoever has freed it. Returns false if the conversation was deleted.
 */
export async function closeTurn(table: Table, key: ConversationKey, turn: Turn): Promise<boolean> {
  await storeText(table, key, turn);
  const isThere = await freeConversation(table, key, turn.turnId);
  if (!isThere) await emptyText(table, key, turn);
  return isThere;
}
/**
 * Takes the content out of a turn, and lets it expire: functions that run turns may not delete items.
 * A turn of a new conversation with the same id may overwrite it.
 */
async function emptyTurn(
  store: TurnStore,
  key: ConversationKey,
  turn: Turn,
  answerAt: unknown,
): Promise<void> {
  await removeTurnFiles(store, key, { answerAt, question: turn.question });
  const { turnId, sequence, modelId, startedAtMs, finishedAtMs } = turn;
  const empty = toTurnItem({
    turnId,
    sequence,
    modelId,
    startedAtMs,
    finishedAtMs,
    state: 'interrupted',
    question: { role: 'user', content: [] },
    answer: { role: 'assistant', content: [] },
    expiresAtMs: finishedAtMs - 1_000,
  });
  try {
    await store.table.put({
      Item: { ...turnKey(key, sequence), ...empty },
      ConditionExpression: 'turnId = :id',
      ExpressionAttributeValues: { ':id': turnId },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

async function toStoredItem(store: TurnStore, key: ConversationKey, turn: Turn): Promise<Item> {
  if (!isLarge(turn)) return toTurnItem(turn);
  const name = answerName(key, turn);
  await store.largeAnswers.put(name, JSON.stringify(turn.answer));
  return { ...toTurnItem({ ...turn, answer: { role: 'assistant', content: [] } }), answerAt: name };
}

async function fromStoredItem({ largeAnswers }: TurnStore, item: Item): Promise<Turn> {
  const turn = fromTurnItem(item);
  const { answerAt } = item;
  if (typeof answerAt !== 'string') return turn;
  return { ...turn, answer: message(JSON.parse(await largeAnswers.get(answerAt))) };
}

/** The newest ten idempotency keys are always kept. Every write of the item pays for all keys. */
const keptKeys = { max: 15, min: 10 };

/** Returns the attributes of the keys that can be dropped. The ids of turns sort by time. */
function oldKeys(item: Item): readonly string[] {
  // Approvals stay: an approved call must never run again, however long the conversation gets.
  const keys = Object.keys(item).filter((name) => isKeyAttribute(name) && !isApproval(name));
  if (keys.length < keptKeys.max) return [];
  const age = (name: string): string => fromKeyAttribute(item[name]).turnId ?? '';
  return keys.toSorted((a, b) => (age(a) < age(b) ? -1 : 1)).slice(0, -keptKeys.min);
}

/**
 * Removes a live turn from its conversation, unless another turn has already begun. Returns false if
 * the conversation was deleted without waiting for the turn.
 */
export async function freeConversation(
  table: Table,
  key: ConversationKey,
  turnId: string,
): Promise<boolean> {
  const target = { Key: conversationKey(key) };
  try {
    const attributes = await table.update({
      ...target,
      ConditionExpression: 'liveTurn.turnId = :id',
      UpdateExpression: 'REMOVE liveTurn, liveParent',
      ExpressionAttributeValues: { ':id': turnId },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const names = oldKeys(attributes);
    if (names.length === 0) return true;
    const ConditionExpression = 'attribute_exists(pk)';
    await table.update({ ...target, ConditionExpression, ...toRemoval(names) });
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return error.item !== undefined && error.item['deleting'] !== true;
  }
}

/** Stores a summary with a turn. Does nothing if the turn no longer exists. */
export async function summarizeTurn(table: Table, key: TurnKey, summary: string): Promise<void> {
  try {
    await table.update({
      Key: turnKey(key, key.sequence),
      ConditionExpression: 'turnId = :id',
      UpdateExpression: 'SET summary = :summary',
      ExpressionAttributeValues: { ':id': key.turnId, ':summary': summary },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/**
 * Stores feedback with an ended turn, wherever its answer is, or removes it. Returns false if there is
 * no such turn.
 */
export async function rateTurn(
  table: Table,
  key: ConversationKey,
  turnId: string,
  feedback: Feedback | undefined,
): Promise<boolean> {
  const sequence = await findSequence(table, key, turnId);
  if (sequence === undefined) return false;
  const update = toUpdate({ feedback });
  try {
    await table.update({
      Key: turnKey(key, sequence),
      // The conversation may be deleted at the same time.
      ConditionExpression: 'turnId = :id',
      ...update,
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':id': turnId },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** Returns an ended turn, consistently; undefined while it is live, or if it does not exist. */
export async function readTurn(store: TurnStore, key: TurnKey): Promise<Turn | undefined> {
  const { table } = store;
  const item = await table.get({
    Key: turnKey(key, key.sequence),
    ConsistentRead: true,
  });
  return item?.['turnId'] === key.turnId ? fromStoredItem(store, item) : undefined;
}

/** Returns a page of turns, newest first. The cursor is the sequence number of the last turn. */
export async function readTurns(
  store: TurnStore,
  key: ConversationKey,
  { limit, cursor }: PageRequest,
): Promise<Page<Turn>> {
  const page = await store.table.query({
    ...newestFirst(key),
    Limit: limit,
    ...(cursor === undefined ? {} : { ExclusiveStartKey: turnKey(key, toSequence(cursor)) }),
  });
  const items = await Promise.all(page.items.map((item) => fromStoredItem(store, item)));
  const last = items.at(-1);
  if (page.lastKey === undefined || last === undefined) return { items };
  return { items, cursor: String(last.sequence) };
}

/** Returns ended turns after a sequence number, oldest first, consistently. */
export async function readTurnsAfter(
  store: TurnStore,
  key: ConversationKey,
  sequence: number,
  limit: number,
): Promise<readonly Turn[]> {
  const { items } = await store.table.query({
    ...newestFirst(key),
    ScanIndexForward: true,
    Limit: limit,
    ExclusiveStartKey: turnKey(key, sequence),
  });
  return Promise.all(items.map((item) => fromStoredItem(store, item)));
}

/** Returns the sequence number of an ended turn; undefined if the turn does not exist. */
export async function findSequence(
  table: Table,
  key: ConversationKey,
  turnId: string,
): Promise<number | undefined> {
  let ExclusiveStartKey: Item | undefined;
  do {
    const { items, lastKey } = await table.query({
      ...newestFirst(key),
      FilterExpression: 'turnId = :id',
      ExpressionAttributeValues: { ':pk': turnsPartition(key), ':id': turnId },
      ExclusiveStartKey,
    });
    const [item] = items;
    if (item !== undefined) return fromTurnItem(item).sequence;
    ExclusiveStartKey = lastKey;
  } while (ExclusiveStartKey !== undefined);
  return undefined;
}

function newestFirst(key: ConversationKey): QueryRequest {
  return {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': turnsPartition(key) },
    ScanIndexForward: false,
    ConsistentRead: true,
  };
}

function toSequence(cursor: string): number {
  if (/^[1-9]\d{0,7}$/u.test(cursor)) return Number(cursor);
  throw new ChatError('invalid_request', 'cursor: must be one returned by an earlier page');
}
