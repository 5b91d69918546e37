import { number, optionalText, record, text } from '#aws/dynamo/item-fields.ts';
import { currentVersion } from '#aws/dynamo/item-version.ts';
import { conversationKey, keyAttribute } from '#aws/dynamo/keys.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import {
  idempotencyKeyReused,
  unknownConversation,
} from '#domain/conversation/conversation-errors.ts';
import type { Binding, BoundKey } from '#domain/conversation/conversations.ts';

/**
 * Stores a key if it is new, in an item like that of a conversation. Returns the turn that it
 * belongs to. Throws `idempotency_mismatch`.
 */
export async function openKey(table: Table, key: BoundKey): Promise<Binding | undefined> {
  return writeOrRead(table, key, undefined, ['attribute_not_exists(#key)', {}]);
}

/** Binds a key to a turn unless it belongs to another. Returns the turn that it belongs to. */
export async function bindKey(
  table: Table,
  key: BoundKey,
  binding: Binding,
  replaces: string | undefined,
): Promise<Binding> {
  const condition = isFree(binding, replaces);
  return (await writeOrRead(table, key, binding, condition)) ?? binding;
}

type Condition = readonly [expression: string, values: Readonly<Record<string, string>>];

function isFree({ turn, isCached }: Binding, replaces: string | undefined): Condition {
  const values = {
    ...(replaces === undefined ? {} : { ':replaced': replaces }),
    // A repetition may have found the turn and bound it first, as an answer that others pay for.
    ...(isCached ? {} : { ':own': turn.turnId }),
  };
  const ids = Object.keys(values).map((name) => `#key.turnId = ${name}`);
  return [['attribute_not_exists(#key.turnId)', ...ids].join(' OR '), values];
}

/** Returns the new binding; if the condition is false, the one that is stored. */
async function writeOrRead(
  table: Table,
  key: BoundKey,
  binding: Binding | undefined,
  [condition, values]: Condition,
): Promise<Binding | undefined> {
  try {
    await table.update({
      Key: conversationKey(key),
      ConditionExpression: [
        'attribute_not_exists(deleting)',
        '(attribute_not_exists(#key) OR #key.fingerprint = :fingerprint)',
        `(${condition})`,
      ].join(' AND '),
      UpdateExpression: `SET ${[
        '#key = :key',
        'conversationId = :id',
        'title = if_not_exists(title, :title)',
        'createdAtMs = if_not_exists(createdAtMs, :now)',
        'expiresAt = :expiry',
        'itemVersion = :version',
      ].join(', ')}`,
      ExpressionAttributeNames: { '#key': keyAttribute(key.key) },
      ExpressionAttributeValues: {
        ':key': toKeyAttribute(key, binding),
        ':fingerprint': key.fingerprint,
        ':id': key.conversationId,
        ':title': 'A cached prompt',
        ':now': key.createdAtMs,
        ':expiry': toExpiry(key.expiresAtMs),
        ':version': currentVersion.itemVersion,
        ...values,
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return binding;
  } catch (error) {
    if (!(error instanceof ConditionFailed) || error.item === undefined) throw error;
    if (error.item['deleting'] === true) throw unknownConversation();
    const stored = record(error.item[keyAttribute(key.key)]);
    if (text(stored, 'fingerprint') !== key.fingerprint) throw idempotencyKeyReused();
    return fromKeyAttribute(key, stored);
  }
}

function toKeyAttribute({ fingerprint }: BoundKey, binding: Binding | undefined): object {
  if (binding === undefined) return { fingerprint };
  const { turn, isCached } = binding;
  const { conversationId, turnId, sequence } = turn;
  return { fingerprint, conversationId, turnId, sequence, isCached };
}

function fromKeyAttribute(
  { owner }: BoundKey,
  stored: ReturnType<typeof record>,
): Binding | undefined {
  const { turnId } = optionalText(stored, 'turnId');
  if (turnId === undefined) return undefined;
  const [conversationId, sequence] = [text(stored, 'conversationId'), number(stored, 'sequence')];
  return {
    turn: { owner, conversationId, turnId, sequence },
    isCached: stored['isCached'] === true,
  };
}
