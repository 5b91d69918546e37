import type {
  BeginResult,
  ConversationMode,
  Page,
  NewTurn,
} from '#domain/conversation/conversations.ts';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { fromConversationItem, fromKeyAttribute } from '#aws/conversation/conversation-items.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { conversationKey, keyAttribute } from '#aws/dynamo/keys.ts';
import { toExpiry, type Table } from '#aws/dynamo/table.ts';
import {
  findSequence,
  freeConversation,
  readTurn,
  readTurns,
  type TurnStore,
} from '#aws/conversation/dynamo-turns.ts';
import {
  conversationExists,
  idempotencyKeyReused,
  unknownConversation,
} from '#domain/conversation/conversation-errors.ts';
import { titleOf, type Conversation } from '#domain/conversation/conversation.ts';
import type { LiveTurn, Turn } from '#domain/conversation/turn.ts';

/** How many turns are read along with the claim; the model is shown as many as fit. */
const recentTurns = 40;

/** Claims the conversation for a turn and reads what came before, both in one round trip. */
export async function beginTurn(store: TurnStore, beginning: NewTurn): Promise<BeginResult> {
  // The turn has begun when it is claimed: a read that fails is for whoever needs it to repeat.
  const reading = readRecent(store, beginning).catch(() => undefined);
  const claimed = await claimOrExplain(store, beginning);
  if (claimed.type !== 'claimed') return claimed;
  const { live } = claimed;
  const recent = await reading;
  // Where the last one is missing, the read overtook the end of the turn before this one.
  const isWhole = (recent?.items[0]?.sequence ?? 0) === live.sequence - 1;
  return { type: 'begun', live, ...(recent !== undefined && isWhole ? { recent } : {}) };
}

async function readRecent(store: TurnStore, beginning: NewTurn): Promise<Page<Turn>> {
  return beginning.mode === 'new'
    ? { items: [] }
    : readTurns(store, beginning, { limit: recentTurns });
}

type Claim = { readonly type: 'claimed'; readonly live: LiveTurn };
type Explained = Claim | Exclude<BeginResult, { type: 'begun' }>;

/** A claim that was refused for what is no longer so is made again, this often at most. */
const claims = 5;

async function claimOrExplain(store: TurnStore, beginning: NewTurn): Promise<Explained> {
  let asked = beginning;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { type: 'claimed', live: await claim(store.table, asked) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || attempt === claims) throw error;
    }
    const explained = await explain(store, asked);
    if (explained.type !== 'free') return explained;
    asked = explained.beginning;
  }
}

const conditions: Record<ConversationMode, readonly string[]> = {
  new: ['attribute_not_exists(pk)'],
  existing: [
    'attribute_exists(pk)',
    'attribute_not_exists(liveTurn)',
    'attribute_not_exists(deleting)',
  ],
  either: ['attribute_not_exists(liveTurn)', 'attribute_not_exists(deleting)'],
};

const assignments = [
  'liveTurn = :live',
  'headId = :turnId',
  'conversationId = :id',
  'turnCount = if_not_exists(turnCount, :zero) + :one',
  'title = if_not_exists(title, :title)',
  'createdAtMs = if_not_exists(createdAtMs, :now)',
];

/**
 * DynamoDB expires items within days, in any order: a conversation must be there longer than its
 * turns, or the next one would take the place of one that is still there.
 */
const outlivesMs = 14 * 86_400_000;

/** Makes the turn the conversation's live one. */
async function claim({ client, tableName }: Table, beginning: NewTurn): Promise<LiveTurn> {
  const { conversationId, mode, turn, parentId, idempotency } = beginning;
  const isListed = turn.expiresAtMs === undefined;
  const { key, fingerprint, replaces } = idempotency ?? {};
  const { Attributes } = await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: conversationKey(beginning),
      ConditionExpression: [
        ...conditions[mode],
        ...(key === undefined ? [] : [keyIsFree(replaces)]),
      ].join(' AND '),
      UpdateExpression: `SET ${[
        ...assignments,
        `liveParent = ${parentId === undefined ? 'if_not_exists(headId, :parent)' : ':parent'}`,
        // Only what has this attribute is in the index that lists conversations.
        isListed ? 'updatedAtMs = :now' : 'expiresAt = :expiry',
        ...(key === undefined ? [] : ['#key = :key']),
      ].join(', ')}`,
      ...(key === undefined ? {} : { ExpressionAttributeNames: { '#key': keyAttribute(key) } }),
      ExpressionAttributeValues: {
        ':live': turn,
        ':turnId': turn.turnId,
        ':id': conversationId,
        ':zero': 0,
        ':one': 1,
        ':title': titleOf(turn.question),
        ':now': turn.startedAtMs,
        ':parent': parentId ?? null,
        ...(isListed ? {} : { ':expiry': toExpiry(turn.expiresAtMs + outlivesMs) }),
        ...(key === undefined ? {} : { ':key': { fingerprint, turnId: turn.turnId } }),
        ...(replaces === undefined ? {} : { ':replaced': replaces }),
      },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return toLive(beginning, Number(Attributes?.['turnCount']), Attributes?.['liveParent']);
}

function keyIsFree(replaces: string | undefined): string {
  const isNew = 'attribute_not_exists(#key)';
  return replaces === undefined ? isNew : `(${isNew} OR #key.turnId = :replaced)`;
}

function toLive({ turn }: NewTurn, sequence: number, parent: unknown): LiveTurn {
  return { ...turn, sequence, ...(typeof parent === 'string' ? { parentId: parent } : {}) };
}

/** Nothing is in the way of this claim any more. */
interface Free {
  readonly type: 'free';
  readonly beginning: NewTurn;
}

/** Why a claim was refused. */
async function explain(store: TurnStore, beginning: NewTurn): Promise<Explained | Free> {
  const { client, tableName } = store.table;
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: conversationKey(beginning), ConsistentRead: true }),
  );
  if (Item === undefined || Item['deleting'] === true) throw unknownConversation();
  const conversation = fromConversationItem(beginning.owner, Item);
  const { liveTurn: live } = conversation;
  // A claim whose answer was lost is tried again by the SDK, and then stands in its own way.
  if (live?.turnId === beginning.turn.turnId) return { type: 'claimed', live };
  const before = await earlier(store, beginning, { item: Item, conversation });
  if (before !== undefined) return before;
  if (live === undefined) {
    if (beginning.mode === 'new') throw conversationExists();
    return { type: 'free', beginning };
  }
  const { owner, conversationId } = beginning;
  const { turnId, sequence } = live;
  const ended = await readTurn(store, { owner, conversationId, turnId, sequence });
  if (ended?.turnId !== turnId) return { type: 'busy', live };
  // Whoever stored its end did not come to the last step.
  await freeConversation(store.table, beginning, turnId);
  return { type: 'free', beginning };
}

interface Found {
  readonly item: Item;
  readonly conversation: Conversation;
}

/** The turn that the same request began before. Throws `idempotency_mismatch`. */
async function earlier(
  store: TurnStore,
  beginning: NewTurn,
  { item, conversation }: Found,
): Promise<Extract<BeginResult, { type: 'attached' }> | Free | undefined> {
  const { owner, conversationId, idempotency } = beginning;
  const stored = idempotency === undefined ? undefined : item[keyAttribute(idempotency.key)];
  if (idempotency === undefined || stored === undefined) return undefined;
  const { fingerprint, turnId } = fromKeyAttribute(stored);
  if (fingerprint !== idempotency.fingerprint) throw idempotencyKeyReused();
  if (turnId === idempotency.replaces) return undefined;
  const { liveTurn: live } = conversation;
  const key = { owner, conversationId };
  const sequence =
    live?.turnId === turnId ? live.sequence : await findSequence(store.table, key, turnId);
  if (sequence !== undefined) return { type: 'attached', key: { ...key, turnId, sequence } };
  // Items expire one by one: the turn is forgotten, and its key with it.
  const again = { ...idempotency, replaces: turnId };
  return { type: 'free', beginning: { ...beginning, idempotency: again, mode: 'either' } };
}
