import { messageText, type Message } from '#domain/conversation/message.ts';
import type { LiveTurn } from '#domain/conversation/turn.ts';

/** Identifies a conversation. The owner is part of the key, so no other owner can read it. */
export interface ConversationKey {
  readonly owner: string;
  readonly conversationId: string;
}

/**
 * What a client chose for the messages of a conversation: fields of chat requests, in the public
 * JSON. They are stored for the client, which sends them with each message. Turns do not read them.
 */
export type ConversationSettings = Readonly<Record<string, unknown>>;

/** A conversation without its turns. */
export interface Conversation extends ConversationKey {
  readonly title: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** The last turn that began. The next one follows it unless the request names another. */
  readonly headId?: string;
  /** Absent in lists. */
  readonly settings?: ConversationSettings;
  readonly liveTurn?: LiveTurn;
}

/** The maximum length of a title in characters as people count them (grapheme clusters). */
const maxTitleLength = 80;

/** The maximum length of a title in UTF-16 code units, because one character can have many. */
const maxTitleCodeUnits = 400;

/** Returns the first title of a conversation: the beginning of its first message, on one line. */
export function titleOf(question: Message): string {
  return toTitle(messageText(question));
}

/** Returns the beginning of a text as a title, on one line. */
export function toTitle(text: string): string {
  const line = text
    .slice(0, 4 * maxTitleCodeUnits)
    .replaceAll(/\s+/gu, ' ')
    .trim();
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

/** Returns whether a text is short enough for a title. */
export function isTitle(text: string): boolean {
  return text.length <= maxTitleCodeUnits && charactersOf(text).length <= maxTitleLength;
}

function charactersOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
