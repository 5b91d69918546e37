import { record, text, type Item } from '#aws/dynamo/item-fields.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import { assistantMessage, userMessage, type Message } from '#domain/conversation/message.ts';
import type { OwnedItem } from '#domain/data/owned-data.ts';

/** The index of the owners of LangChain's sessions. A session that LangChain began is not in it. */
const ownersIndex = 'ByOwner';

interface OwnedSessions {
  list(
    owner: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<readonly OwnedItem[]>;
  remove(owner: string, id: string): Promise<void>;
  read(owner: string, id: string): Promise<readonly Message[]>;
}

/** Returns the sessions of owners in a table of LangChain's sessions. */
export function createOwnedSessions(table: Table): OwnedSessions {
  return {
    async list(owner, { after, limit }) {
      const { items } = await table.query({
        IndexName: ownersIndex,
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'Owner' },
        ExpressionAttributeValues: { ':owner': owner },
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { Owner: owner, SessionId: after } }),
      });
      return items.map((item) => ({ id: text(item, 'SessionId'), createdAtMs: 0 }));
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
