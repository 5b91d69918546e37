import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { fromConversationItem, fromTurnItem, toTurnItem } from '#aws/dynamo-items.ts';
import { conversationKey, turnKey, turnsPartition } from '#aws/dynamo-keys.ts';
import { titleOf, type Conversation, type ConversationKey } from '#domain/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import type {
  BegunTurn,
  ConversationMode,
  Page,
  PageRequest,
  TurnBeginning,
} from '#domain/ports.ts';
import { interruptedTurn, type Turn } from '#domain/turn.ts';

export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** The most turns a model is shown of what came before. */
const historyTurns = 40;

/** Claims the conversation for a turn and reads its history, both in one round trip. */
export async function beginTurn(table: Table, beginning: TurnBeginning): Promise<BegunTurn> {
  const { mode, turn } = beginning;
  const recent = mode === 'new' ? Promise.resolve([]) : recentTurns(table, beginning);
  const claiming = afterRecovery(table, beginning, {
    nowMs: turn.startedAtMs,
    attempt: claim,
  }).catch((error: unknown) => claimedAlready(table, beginning, error));
  // It is awaited after the claim, whose failure is the one to tell.
  recent.catch(() => undefined);
  const live = { ...turn, sequence: await claiming };
  try {
    const history = await recent;
    const isWhole = (history.at(-1)?.sequence ?? 0) === live.sequence - 1;
    // Where it is not, the read overtook the end of the turn before this one.
    return { live, history: isWhole ? history : await recentTurns(table, beginning) };
  } catch (error) {
    // A claimed turn that cannot go on must not stand in the way of the next.
    await finishTurn(table, beginning, interruptedTurn(live, turn.startedAtMs)).catch(
      () => undefined,
    );
    throw error;
  }
}

async function recentTurns(table: Table, key: ConversationKey): Promise<readonly Turn[]> {
  const page = await readTurns(table, key, { limit: historyTurns });
  return page.items.toReversed();
}

const claimConditions: Record<ConversationMode, string> = {
  new: 'attribute_not_exists(pk)',
  existing:
    'attribute_exists(pk) AND attribute_not_exists(liveTurn) AND attribute_not_exists(deleting)',
  either: 'attribute_not_exists(liveTurn) AND attribute_not_exists(deleting)',
};

/** Makes the turn the conversation's live one and gives its place in it. */
async function claim({ client, tableName }: Table, beginning: TurnBeginning): Promise<number> {
  const { conversationId, mode, turn } = beginning;
  const { Attributes } = await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: conversationKey(beginning),
      ConditionExpression: claimConditions[mode],
      UpdateExpression:
        'SET liveTurn = :live, updatedAtMs = :now, conversationId = :id,' +
        ' turnCount = if_not_exists(turnCount, :zero) + :one,' +
        ' title = if_not_exists(title, :title), createdAtMs = if_not_exists(createdAtMs, :now)',
      ExpressionAttributeValues: {
        ':live': turn,
        ':now': turn.startedAtMs,
        ':id': conversationId,
        ':title': titleOf(turn.question),
        ':zero': 0,
        ':one': 1,
      },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return Number(Attributes?.['turnCount']);
}

/** A claim whose answer was lost is tried again by the SDK, and then stands in its own way. */
async function claimedAlready(
  table: Table,
  beginning: TurnBeginning,
  error: unknown,
): Promise<number> {
  if (error instanceof ChatError && error.liveTurnId === beginning.turn.turnId) {
    const conversation = await readConversation(table, beginning);
    if (conversation?.liveTurn !== undefined) return conversation.liveTurn.sequence;
  }
  throw error;
}

interface Attempt<Request extends ConversationKey, Result> {
  readonly nowMs: number;
  readonly attempt: (table: Table, request: Request) => Promise<Result>;
}

/**
 * Tries a write that needs a conversation without a live turn. A live turn whose lease is over is
 * kept as interrupted and the write tried once more; otherwise the refusal becomes a `ChatError`.
 */
export async function afterRecovery<Request extends ConversationKey, Result>(
  table: Table,
  request: Request,
  { nowMs, attempt }: Attempt<Request, Result>,
): Promise<Result> {
  try {
    return await attempt(table, request);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    await recover(table, request, nowMs);
  }
  try {
    return await attempt(table, request);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    throw new ChatError('conflict', 'Somebody else used the conversation just now.');
  }
}

async function recover(table: Table, key: ConversationKey, nowMs: number): Promise<void> {
  const conversation = await readConversation(table, key);
  if (conversation === undefined) throw unknownConversation();
  const live = conversation.liveTurn;
  if (live === undefined) return;
  if (live.leaseUntilMs > nowMs) {
    throw new ChatError('conflict', 'A turn is running in this conversation.', {
      liveTurnId: live.turnId,
    });
  }
  await finishTurn(table, key, interruptedTurn(live, nowMs));
}

export function unknownConversation(): ChatError {
  return new ChatError('not_found', 'There is no such conversation.');
}

/** Reads a conversation consistently; one that is being deleted is gone already. */
export async function readConversation(
  { client, tableName }: Table,
  key: ConversationKey,
): Promise<Conversation | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: conversationKey(key), ConsistentRead: true }),
  );
  if (Item === undefined || Item['deleting'] === true) return undefined;
  return fromConversationItem(key.owner, Item);
}

/** Keeps how a turn ended, then frees the conversation. The first to end a turn wins. */
export async function finishTurn(table: Table, key: ConversationKey, turn: Turn): Promise<void> {
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.tableName,
        Item: { ...turnKey(key, turn.sequence), ...toTurnItem(turn) },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    await assertSameEnd(table, key, turn);
  }
  await free(table, key, turn.turnId);
}

/** A write whose answer was lost is tried again by the SDK and then finds itself: that is fine. */
async function assertSameEnd(table: Table, key: ConversationKey, turn: Turn): Promise<void> {
  const { Item } = await table.client.send(
    new GetCommand({
      TableName: table.tableName,
      Key: turnKey(key, turn.sequence),
      ConsistentRead: true,
    }),
  );
  const kept = Item === undefined ? undefined : fromTurnItem(Item);
  const same = kept?.turnId === turn.turnId && kept.finishedAtMs === turn.finishedAtMs;
  if (!same) throw new ChatError('conflict', 'The turn was ended by somebody else.');
}

async function free(
  { client, tableName }: Table,
  key: ConversationKey,
  turnId: string,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: conversationKey(key),
        ConditionExpression: 'liveTurn.turnId = :id',
        UpdateExpression: 'REMOVE liveTurn',
        ExpressionAttributeValues: { ':id': turnId },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** A page of turns, newest first; the cursor is the last one's place in the conversation. */
export async function readTurns(
  { client, tableName }: Table,
  key: ConversationKey,
  { limit, cursor }: PageRequest,
): Promise<Page<Turn>> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': turnsPartition(key) },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: turnKey(key, toSequence(cursor)) }),
    }),
  );
  const items = Items.map(fromTurnItem);
  const last = items.at(-1);
  if (LastEvaluatedKey === undefined || last === undefined) return { items };
  return { items, cursor: String(last.sequence) };
}

function toSequence(cursor: string): number {
  if (/^[1-9]\d{0,7}$/u.test(cursor)) return Number(cursor);
  throw new ChatError('invalid_request', 'cursor: must be one that an earlier page gave');
}
