import {
  AIMessage,
  HumanMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
  type BaseMessage,
  type StoredMessage,
} from '@langchain/core/messages';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import type { ChatSessions } from '#domain/conversation/chat-sessions.ts';
import { ChatError } from '#domain/errors.ts';
import {
  assistantMessage,
  messageText,
  userMessage,
  type Message,
} from '#domain/conversation/message.ts';

/**
 * Returns sessions in the format of LangChain's own `DynamoDBChatMessageHistory`: an item with
 * `SessionId` and `History`, a list of `{type, data}`. We add `Owner`, so that one caller cannot use
 * another's session. A session that LangChain began has no owner and is open to everyone with its id.
 */
export function createDynamoSessions(table: Table): ChatSessions {
  return {
    async read(owner, sessionId) {
      const item = await table.get({
        Key: { SessionId: sessionId },
        ConsistentRead: true,
      });
      if (item === undefined) return [];
      const { Owner, History } = item;
      if (Owner !== undefined && Owner !== owner) throw unknownSession();
      if (bytesOf(History) > maxBytes) throw fullSession();
      return Array.isArray(History) ? fromStored(History) : [];
    },
    async append(owner, sessionId, messages) {
      try {
        await table.update({
          Key: { SessionId: sessionId },
          ConditionExpression: 'attribute_not_exists(#owner) OR #owner = :owner',
          UpdateExpression:
            'SET #owner = :owner, History = list_append(if_not_exists(History, :none), :more)',
          ExpressionAttributeNames: { '#owner': 'Owner' },
          ExpressionAttributeValues: {
            ':owner': owner,
            ':none': [],
            ':more': toStored(messages),
          },
        });
      } catch (error) {
        throw error instanceof ConditionFailed ? unknownSession() : error;
      }
    },
  };
}

/**
 * DynamoDB allows 400 KB for each item. The rest is for the longest question, 32,000 characters of
 * three bytes, and its answer.
 */
const maxBytes = 240_000;

/** Returns the approximate size of a list in its item. The JSON is a little longer. */
function bytesOf(history: unknown): number {
  return Buffer.byteLength(JSON.stringify(history ?? []));
}

function fullSession(): ChatError {
  return new ChatError('too_large', 'session_id: this session is full; start another one');
}

function toStored(messages: readonly Message[]): readonly StoredMessage[] {
  const chat = messages.map((message) => {
    const text = messageText(message);
    return message.role === 'user' ? new HumanMessage(text) : new AIMessage(text);
  });
  return JSON.parse(JSON.stringify(mapChatMessagesToStoredMessages(chat)));
}

/** Skips instructions and tool results, which other clients may have stored. */
function fromStored(history: StoredMessage[]): readonly Message[] {
  return mapStoredMessagesToChatMessages(history).flatMap(toMessage);
}

function toMessage(message: BaseMessage): readonly Message[] {
  if (message.text.trim() === '') return [];
  if (message.type === 'human') return [userMessage(message.text)];
  return message.type === 'ai' ? [assistantMessage(message.text)] : [];
}

function unknownSession(): ChatError {
  return new ChatError('not_found', 'There is no such session.');
}
