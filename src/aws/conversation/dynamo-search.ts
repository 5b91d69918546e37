import { cursorAfter, listConversations } from '#aws/conversation/dynamo-list.ts';
import { readTurn, type TurnStore } from '#aws/conversation/dynamo-turns.ts';
import { findTexts, type StoredText } from '#aws/conversation/search-texts.ts';
import type { Conversation } from '#domain/conversation/conversation.ts';
import type { Page } from '#domain/conversation/conversations.ts';
import {
  excerptOf,
  matchConversation,
  type ConversationSearch,
  type Match,
  type SearchRequest,
  type SearchResult,
} from '#domain/conversation/search.ts';

/**
 * What one request reads at most before it returns a cursor: this many conversations, or this many
 * capacity units, which are about 4 MB of texts.
 */
const maxWork = { conversations: 200, units: 512 };

/** How many conversations are searched at once. */
const batchSize = 20;

interface Found extends Match<StoredText> {
  readonly conversation: Conversation;
}

/** Returns a search in the texts of ended turns, and in the titles of the list of conversations. */
export function createDynamoSearch(store: TurnStore): ConversationSearch {
  return { search: (owner, request) => searchConversations(store, owner, request) };
}

/**
 * Returns the conversations of an owner that contain all words, in the order of the list. Titles
 * are those of the list, and texts are read for each conversation in it: so whatever is renamed,
 * hidden or deleted is so for the search, too.
 */
async function searchConversations(
  store: TurnStore,
  owner: string,
  { words, limit, cursor }: SearchRequest,
): Promise<Page<SearchResult>> {
  const found: Found[] = [];
  const work = { conversations: 0, units: 0 };
  let next = cursor;
  do {
    const page = await listConversations(store.table, owner, {
      limit: batchSize,
      ...(next === undefined ? {} : { cursor: next }),
    });
    const searched = await Promise.all(page.items.map((one) => searchOne(store, one, words)));
    found.push(...searched.flatMap(({ match }) => match ?? []));
    work.conversations += page.items.length;
    work.units += searched.reduce((sum, { units }) => sum + units, 0);
    next = page.cursor;
  } while (next !== undefined && found.length < limit && !isEnough(work));
  const shown = found.slice(0, limit);
  const items = await Promise.all(shown.map((one) => withExcerpt(store, one, words)));
  const last = shown.at(-1);
  const after = found.length > limit && last !== undefined ? cursorAfter(last.conversation) : next;
  return after === undefined ? { items } : { items, cursor: after };
}

function isEnough({ conversations, units }: typeof maxWork): boolean {
  return conversations >= maxWork.conversations || units >= maxWork.units;
}

interface Searched {
  readonly match: Found | undefined;
  readonly units: number;
}

async function searchOne(
  { table }: TurnStore,
  conversation: Conversation,
  words: readonly string[],
): Promise<Searched> {
  const { texts, units } = await findTexts(table, conversation, words);
  const match = matchConversation(words, conversation.title, texts);
  return { match: match && { ...match, conversation }, units };
}

/** The excerpt is cut from the turn itself, whose text is as it was written. */
async function withExcerpt(
  store: TurnStore,
  { conversation, turn: place }: Found,
  words: readonly string[],
): Promise<SearchResult> {
  if (place === undefined) return { conversation };
  const { owner, conversationId } = conversation;
  const { turnId, sequence } = place;
  const turn = await readTurn(store, { owner, conversationId, turnId, sequence });
  if (turn === undefined) return { conversation };
  return { conversation, turnId, excerpt: excerptOf(turn, words) };
}
