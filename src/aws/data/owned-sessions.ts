import { record, text, type Item } from '#aws/dynamo/item-fields.ts';
import { ConditionFailed, type QueryPage, type Table } from '#aws/dynamo/table.ts';
import { assistantMessage, userMessage, type Message } from '#domain/conversation/message.ts';
import type { OwnedItem } from '#domain/data/owned-data.ts';

export interface OwnedSessions {
  list(
    owner: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<readonly OwnedItem[]>;
  remove(owner: string, id: string): Promise<void>;
  read(owner: string, id: string): Promise<readonly Message[]>;
}

/** The sessions of a deployment without LangChain. */
export const noSessions: OwnedSessions = {
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(),
  read: () => Promise.resolve([]),
};

/**
 * Returns the sessions of owners in a table of LangChain's sessions. Its key is the session alone, as
 * LangChain defined it, so they are found by a scan. A session that LangChain began has no owner.
 */
export function createOwnedSessions(table: Table): OwnedSessions {
  return {
    async list(owner, { after, limit }) {
      const found: OwnedItem[] = [];
      let ExclusiveStartKey = after === undefined ? undefined : { SessionId: after };
      do {
        const { items, lastKey } = await scan(table, owner, ExclusiveStartKey);
        found.push(...items.map((item) => ({ id: text(item, 'SessionId'), createdAtMs: 0 })));
        ExclusiveStartKey = lastKey && { SessionId: text(lastKey, 'SessionId') };
      } while (ExclusiveStartKey !== undefined && found.length < limit);
      // The place after an item is its id, so a longer page may be cut anywhere.
      return found.slice(0, limit);
    },
    async remove(owner, id) {
      try {
        await table.delete(
          { SessionId: id },
          {
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'Owner' },
            ExpressionAttributeValues: { ':owner': owner },
          },
        );
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    },
    async read(owner, id) {
      const item = await table.get({ Key: { SessionId: id }, ConsistentRead: true });
      const { Owner, History } = item ?? {};
      return Owner === owner && Array.isArray(History) ? History.flatMap(toMessages) : [];
    },
  };
}

function scan(
  table: Table,
  owner: string,
  ExclusiveStartKey: { readonly SessionId: string } | undefined,
): Promise<QueryPage> {
  return table.scan({
    FilterExpression: '#owner = :owner',
    ProjectionExpression: 'SessionId',
    ExpressionAttributeNames: { '#owner': 'Owner' },
    ExpressionAttributeValues: { ':owner': owner },
    ConsistentRead: true,
    ExclusiveStartKey,
  });
}

/** LangChain stores a message as `{type, data: {content}}`, with a content of text or of blocks. */
function toMessages(value: unknown): readonly Message[] {
  const { type, data } = record(value);
  const content = contentText(record(data ?? {})['content']);
  return [type === 'human' ? userMessage(content) : assistantMessage(content)];
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block: unknown) => textOf(record(block))).join('');
}

function textOf({ text: value }: Item): string {
  return typeof value === 'string' ? value : '';
}
