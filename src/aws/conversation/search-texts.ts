import { checkItemVersion, currentVersion } from '#aws/dynamo/item-version.ts';
import { number, text, type Item } from '#aws/dynamo/item-fields.ts';
import { searchKey, searchPartition } from '#aws/dynamo/keys.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { searchableText, type TurnText } from '#domain/conversation/search.ts';
import { anonymousOwner } from '#domain/identity.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/*
 * The texts in which a search looks: one item for each turn, beside the turn itself, because turns
 * are much larger. A conversation is freed only when the text of its turn is stored.
 */

/** The text of an ended turn. */
export interface StoredText extends TurnText {
  readonly turnId: string;
  readonly sequence: number;
}

/** Stores the text in which a turn is found, if its conversation can be found at all. */
export async function storeText(table: Table, key: ConversationKey, turn: Turn): Promise<void> {
  const { turnId, sequence } = turn;
  if (isHidden(key, turn)) return;
  const item = { turnId, sequence, text: searchableText(turn), ...currentVersion };
  await table.put({ Item: { ...searchKey(key, sequence), ...item } });
}

/** Empties the text of a turn, and lets it expire: functions that run turns may not delete items. */
export async function emptyText(table: Table, key: ConversationKey, turn: Turn): Promise<void> {
  const { turnId, sequence, finishedAtMs } = turn;
  if (isHidden(key, turn)) return;
  const expiresAt = toExpiry(finishedAtMs - 1_000);
  const empty = { turnId, sequence, text: '', expiresAt, ...currentVersion };
  try {
    await table.put({
      Item: { ...searchKey(key, sequence), ...empty },
      ConditionExpression: 'turnId = :id',
      ExpressionAttributeValues: { ':id': turnId },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/** One-shot prompts and tasks are in no list, and anonymous callers have none. */
function isHidden({ owner }: ConversationKey, { expiresAtMs }: Turn): boolean {
  return expiresAtMs !== undefined || owner === anonymousOwner;
}

/** Texts of a conversation, and what reading them cost in capacity units. */
export interface FoundTexts {
  readonly texts: readonly StoredText[];
  readonly units: number;
}

/** A query reads up to a megabyte. Of a very long conversation, the newest three are searched. */
const maxQueries = 3;

/** Returns the texts of a conversation that contain any of the words, newest first. */
export async function findTexts(
  table: Table,
  key: ConversationKey,
  words: readonly string[],
): Promise<FoundTexts> {
  const texts: StoredText[] = [];
  let units = 0;
  let ExclusiveStartKey: Item | undefined;
  for (let queries = 0; queries < maxQueries; queries += 1) {
    const page = await table.query({
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: words.map((_, at) => `contains(#text, :word${at})`).join(' OR '),
      ProjectionExpression: 'turnId, #sequence, #text, itemVersion',
      ExpressionAttributeNames: { '#text': 'text', '#sequence': 'sequence' },
      ExpressionAttributeValues: {
        ':pk': searchPartition(key),
        ...Object.fromEntries(words.map((word, at) => [`:word${at}`, word])),
      },
      ScanIndexForward: false,
      ReturnConsumedCapacity: 'TOTAL',
      ExclusiveStartKey,
    });
    texts.push(...page.items.map(fromTextItem));
    units += page.units;
    ExclusiveStartKey = page.lastKey;
    if (ExclusiveStartKey === undefined) break;
  }
  return { texts, units };
}

function fromTextItem(item: Item): StoredText {
  checkItemVersion(item);
  return {
    turnId: text(item, 'turnId'),
    sequence: number(item, 'sequence'),
    text: text(item, 'text'),
  };
}
