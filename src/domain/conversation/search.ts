import type { Conversation } from '#domain/conversation/conversation.ts';
import type { Page, PageRequest } from '#domain/conversation/conversations.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { splitText } from '#domain/text.ts';

/** A search in the conversations of an owner. */
export interface SearchRequest extends PageRequest {
  /** Folded words, all of which a conversation must contain. */
  readonly words: readonly string[];
}

/** A conversation that was found. */
export interface SearchResult {
  readonly conversation: Conversation;
  /** The turn with most of the words, the newest among equals; absent if only the title has any. */
  readonly turnId?: string;
  /** The text of that turn around its first match. */
  readonly excerpt?: string | undefined;
}

/** Searches in conversations. It is a port of its own: functions that run turns need none. */
export interface ConversationSearch {
  /**
   * Returns a page of the owner's conversations whose titles and ended turns contain all words,
   * most recently used first. A page can be empty although others follow.
   */
  search(owner: string, request: SearchRequest): Promise<Page<SearchResult>>;
}

/** How much of each message of a turn is found. */
const maxMessageCharacters = 32_000;

/**
 * Returns the form of a text that is compared: without differences of width and case, and with
 * characters in one encoding (NFKC). Hiragana and katakana stay different.
 */
export function foldText(text: string): string {
  // Lower case depends on the place in a word for this letter only.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}

/** Returns the folded words of a query, each once. */
export function wordsOf(query: string): readonly string[] {
  const words = foldText(query).split(/\s+/u);
  return [...new Set(words.filter((word) => word !== ''))];
}

/** Returns the folded text of a turn, in which it is found. Long messages are cut. */
export function searchableText(turn: Pick<Turn, 'question' | 'answer'>): string {
  // Folding can make a text many times longer.
  return messagesOf(turn)
    .map((text) => beginningOf(foldText(text)))
    .join('\n');
}

function messagesOf({ question, answer }: Pick<Turn, 'question' | 'answer'>): readonly string[] {
  return [question, answer].map((message) => beginningOf(messageText(message)));
}

function beginningOf(text: string): string {
  const [beginning] = splitText(text, maxMessageCharacters);
  return beginning;
}

/** The folded text of a turn. */
export interface TurnText {
  readonly text: string;
}

/** How a conversation contains all words: in its title, and in this turn and others if there is one. */
export interface Match<Text extends TurnText> {
  readonly turn: Text | undefined;
}

/**
 * Returns how the title and the turns of a conversation, newest first, contain all words together;
 * undefined if they do not.
 */
export function matchConversation<Text extends TurnText>(
  words: readonly string[],
  title: string,
  turns: readonly Text[],
): Match<Text> | undefined {
  const foldedTitle = foldText(title);
  const found = new Set(words.filter((word) => foldedTitle.includes(word)));
  let best: { readonly turn: Text; readonly count: number } | undefined;
  for (const turn of turns) {
    const inTurn = words.filter((word) => turn.text.includes(word));
    for (const word of inTurn) found.add(word);
    if (inTurn.length > (best?.count ?? 0)) best = { turn, count: inTurn.length };
  }
  return found.size === words.length ? { turn: best?.turn } : undefined;
}

/**
 * Returns the text of a turn around the first of the words in it, on one line; undefined if it has
 * none of them.
 */
export function excerptOf(
  turn: Pick<Turn, 'question' | 'answer'>,
  words: readonly string[],
): string | undefined {
  const excerpts = messagesOf(turn).map((text) => excerptIn(text, words));
  return excerpts.find((excerpt) => excerpt !== undefined);
}

/** The length of an excerpt, and how much of it stands before the match, in characters. */
const excerptLength = { total: 160, before: 40 };

function excerptIn(text: string, words: readonly string[]): string | undefined {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  // As people count characters: each of them folds by itself.
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  const ends: number[] = [];
  let folded = '';
  for (const character of characters) {
    folded += foldText(character);
    ends.push(folded.length);
  }
  const places = words.map((word) => folded.indexOf(word)).filter((place) => place !== -1);
  if (places.length === 0) return undefined;
  const first = Math.min(...places);
  const matchAt = ends.findIndex((end) => end > first);
  const earliest = Math.max(0, matchAt - excerptLength.before);
  const start = earliest === 0 ? 0 : wordStart(characters, earliest, matchAt);
  const end = start + excerptLength.total;
  const shown = characters.slice(start, end).join('').trim();
  return `${start > 0 ? '…' : ''}${shown}${end < characters.length ? '…' : ''}`;
}

/** Returns the first beginning of a word in a range; the beginning of the range if it has none. */
function wordStart(characters: readonly string[], from: number, to: number): number {
  const space = characters.indexOf(' ', from);
  return space === -1 || space >= to - 1 ? from : space + 1;
}
