import { messageText, type Message } from '#domain/message.ts';
import type { LiveTurn } from '#domain/turn.ts';

/** Where a conversation is found. The owner is part of the key: nobody reaches another's. */
export interface ConversationKey {
  readonly owner: string;
  readonly conversationId: string;
}

/** What is known of a conversation without reading its turns. */
export interface Conversation extends ConversationKey {
  readonly title: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly liveTurn?: LiveTurn;
}

/** Titles are at most this many characters. */
export const maxTitleLength = 80;

/** A conversation's first title: the beginning of its first message, on one line. */
export function titleOf(question: Message): string {
  const line = messageText(question).replaceAll(/\s+/gu, ' ').trim();
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  if (characters.length <= maxTitleLength) return line;
  return `${characters.slice(0, maxTitleLength - 1).join('')}…`;
}
