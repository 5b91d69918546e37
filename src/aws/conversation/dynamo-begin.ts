import type {
  BeginResult,
  ConversationMode,
  Page,
  NewTurn,
} from '#domain/conversation/conversations.ts';
import { fromConversationItem, fromKeyAttribute } from '#aws/conversation/conversation-items.ts';
import { text, type Item } from '#aws/dynamo/item-fields.ts';
import { conversationKey, keyAttribute } from '#aws/dynamo/keys.ts';
import { currentVersion } from '#aws/dynamo/item-version.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import {
  closeTurn,
  findSequence,
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

/** How many turns are read together with the claim. The model is shown as many as fit. */
const recentTurns = 40;

/**
 * Makes a turn the live one of its conversation and reads the recent turns. Both requests are sent
 * at once. Throws `not_found`, `conflict` or `idempotency_mismatch`.
 */
export async function claimTurn(store: TurnStore, beginning: NewTurn): Promise<BeginResult> {
  // The turn begins with the claim. If this read fails, the caller reads the turns itself.
  const recentPromise = readRecent(store, beginning).catch(() => undefined);
  const claimed = await claimOrResolve(store, beginning);
  if (claimed.type !== 'claimed') return claimed;
  const { live, title } = claimed;
  const recent = await recentPromise;
  // If the last turn is missing, it was read before it was stored.
  const isWhole = (recent?.items[0]?.sequence ?? 0) === live.sequence - 1;
  return { type: 'begun', live, title, ...(recent !== undefined && isWhole ? { recent } : {}) };
}

async function readRecent(store: TurnStore, beginning: NewTurn): Promise<Page<Turn>> {
  return beginning.mode === 'new'
    ? { items: [] }
    : readTurns(store, beginning, { limit: recentTurns });
}

type Claim = { readonly type: 'claimed'; readonly live: LiveTurn; readonly title: string };
type ClaimOutcome = Claim | Exclude<BeginResult, { type: 'begun' }>;

/** A refused claim is repeated if the reason no longer applies. */
const maxAttempts = 5;

async function claimOrResolve(store: TurnStore, beginning: NewTurn): Promise<ClaimOutcome> {
  let current = beginning;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await claim(store.table, current);
    } catch (error) {
      if (!(error instanceof ConditionFailed) || attempt === maxAttempts) throw error;
    }
    const outcome = await resolveConflict(store, current);
    if (outcome.type !== 'free') return outcome;
    current = outcome.beginning;
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
  'itemVersion = :version',
];

/**
 * DynamoDB deletes expired items within days, in any order. A conversation must exist longer than
 * its turns: its counter would start again, and a new turn would get the key of an old one.
 */
const extraLifetimeMs = 14 * 86_400_000;

/** Writes the live turn into the conversation, and its idempotency key with it. */
async function claim(table: Table, beginning: NewTurn): Promise<Claim> {
  const { conversationId, mode, turn, parentId, idempotency } = beginning;
  const isListed = turn.expiresAtMs === undefined;
  const { key, fingerprint, replaces } = idempotency ?? {};
  const attributes = await table.update({
    Key: conversationKey(beginning),
    ConditionExpression: [
      ...conditions[mode],
      // A repeated claim whose first attempt arrives late must not begin the ended turn again.
      '(attribute_not_exists(headId) OR headId <> :turnId)',
      ...(key === undefined ? [] : [keyIsFree(replaces)]),
    ].join(' AND '),
    UpdateExpression: `SET ${[
      ...assignments,
      `liveParent = ${parentId === undefined ? 'if_not_exists(headId, :parent)' : ':parent'}`,
      // The index that lists conversations has only items with this attribute.
      isListed ? 'updatedAtMs = :now' : 'expiresAt = :expiry',
      ...(key === undefined ? [] : ['#key = :key']),
    ].join(', ')}`,
    ...(key === undefined ? {} : { ExpressionAttributeNames: { '#key': keyAttribute(key) } }),
    ExpressionAttributeValues: {
      ':live': turn,
      ':turnId': turn.turnId,
      ':id': conversationId,
      ':version': currentVersion.itemVersion,
      ':zero': 0,
      ':one': 1,
      ':title': titleOf(turn.question),
      ':now': turn.startedAtMs,
      ':parent': parentId ?? null,
      ...(isListed ? {} : { ':expiry': toExpiry(turn.expiresAtMs + extraLifetimeMs) }),
      ...(key === undefined ? {} : { ':key': { fingerprint, turnId: turn.turnId } }),
      ...(replaces === undefined ? {} : { ':replaced': replaces }),
    },
    ReturnValues: 'UPDATED_NEW',
  });
  const live = toLive(beginning, Number(attributes['turnCount']), attributes['liveParent']);
  return { type: 'claimed', live, title: text(attributes, 'title') };
}

function keyIsFree(replaces: string | undefined): string {
  const isNew = 'attribute_not_exists(#key)';
  return replaces === undefined ? isNew : `(${isNew} OR #key.turnId = :replaced)`;
}

function toLive({ turn }: NewTurn, sequence: number, parent: unknown): LiveTurn {
  return { ...turn, sequence, ...(typeof parent === 'string' ? { parentId: parent } : {}) };
}

/** The claim can be made again. */
interface Free {
  readonly type: 'free';
  readonly beginning: NewTurn;
}

/** Returns why a claim was refused, or `free` if it can be repeated. */
async function resolveConflict(store: TurnStore, beginning: NewTurn): Promise<ClaimOutcome | Free> {
  const { table } = store;
  const item = await table.get({ Key: conversationKey(beginning), ConsistentRead: true });
  if (item === undefined || item['deleting'] === true) throw unknownConversation();
  const conversation = fromConversationItem(beginning.owner, item);
  const { liveTurn: live, title } = conversation;
  // The client repeats a claim if its response was lost. The repeated claim then conflicts with itself.
  if (live?.turnId === beginning.turn.turnId) return { type: 'claimed', live, title };
  const earlier = await findEarlierTurn(store, beginning, item, conversation);
  if (earlier !== undefined) return earlier;
  if (live === undefined) {
    if (beginning.mode === 'new') throw conversationExists();
    return { type: 'free', beginning };
  }
  const { owner, conversationId } = beginning;
  const { turnId, sequence } = live;
  const ended = await readTurn(store, { owner, conversationId, turnId, sequence });
  if (ended?.turnId !== turnId) return { type: 'busy', live };
  // The worker stored the end of the turn, but crashed before it freed the conversation.
  await closeTurn(store.table, beginning, ended);
  return { type: 'free', beginning };
}

/**
 * Returns the turn that an earlier request with the same idempotency key began; undefined if there
 * is none. Throws `idempotency_mismatch` if the key was used for another request.
 */
async function findEarlierTurn(
  store: TurnStore,
  beginning: NewTurn,
  item: Item,
  conversation: Conversation,
): Promise<Extract<BeginResult, { type: 'attached' }> | Free | undefined> {
  const { owner, conversationId, idempotency } = beginning;
  const stored = idempotency === undefined ? undefined : item[keyAttribute(idempotency.key)];
  if (idempotency === undefined || stored === undefined) return undefined;
  const { fingerprint, turnId } = fromKeyAttribute(stored);
  // The key of a cached prompt may belong to no turn yet.
  if (fingerprint !== idempotency.fingerprint || turnId === undefined) throw idempotencyKeyReused();
  if (turnId === idempotency.replaces) return undefined;
  const { liveTurn: live } = conversation;
  const key = { owner, conversationId };
  const sequence =
    live?.turnId === turnId ? live.sequence : await findSequence(store.table, key, turnId);
  if (sequence !== undefined) return { type: 'attached', key: { ...key, turnId, sequence } };
  // Items expire one by one. The turn no longer exists, so its key may be replaced.
  const again = { ...idempotency, replaces: turnId };
  return { type: 'free', beginning: { ...beginning, idempotency: again, mode: 'either' } };
}
