import { messageText, type Message } from '#domain/conversation/message.ts';
import type { LiveTurn } from '#domain/conversation/turn.ts';

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
  /** The last turn that began, which the next one follows unless it says otherwise. */
  readonly headId?: string;
  readonly liveTurn?: LiveTurn;
}

/** Titles are at most this many characters, as people count them. */
const maxTitleLength = 80;

/** However many code points their characters are made of. */
const maxTitleCodeUnits = 400;

/** A conversation's first title: the beginning of its first message, on one line. */
export function titleOf(question: Message): string {
  const beginning = messageText(question).slice(0, 4 * maxTitleCodeUnits);
  const line = beginning.replaceAll(/\s+/gu, ' ').trim();
  if (isTitle(line)) return line;
  let title = '';
  for (const character of charactersOf(line.slice(0, maxTitleCodeUnits)).slice(
    0,
    maxTitleLength - 1,
  )) {
    if (title.length + character.length >= maxTitleCodeUnits) break;
    title += character;
  }
  return `${title}…`;
}

/** Whether a text is short enough for a title. */
export function isTitle(text: string): boolean {
  return text.length <= maxTitleCodeUnits && charactersOf(text).length <= maxTitleLength;
}

function charactersOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
