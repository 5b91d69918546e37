import { expect, test } from 'vitest';
import type { Conversations } from '#domain/conversation/conversations.ts';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import {
  wordsOf,
  type ConversationSearch,
  type SearchResult,
} from '#domain/conversation/search.ts';
import { endedTurn } from '#domain/conversation/turn.ts';

/** A turn of a conversation. */
export interface SearchedTurn {
  readonly conversationId: string;
  readonly question: string;
  readonly answer?: string;
  readonly startedAtMs?: number;
  readonly expiresAtMs?: number;
}

let turnIds = 0;

/** Stores an ended turn, in a new conversation or in an existing one. */
export async function storeTurn(
  conversations: Conversations,
  owner: string,
  { conversationId, question, answer = 'Yes.', startedAtMs = 100, expiresAtMs }: SearchedTurn,
): Promise<string> {
  turnIds += 1;
  const turnId = `turn-${turnIds}`;
  const key = { owner, conversationId };
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
  const begun = await conversations.begin({
    ...key,
    mode: 'either',
    turn: {
      turnId,
      question: userMessage(question),
      modelId: 'm',
      startedAtMs,
      leaseUntilMs: 1_000,
      ...expiry,
    },
  });
  if (begun.type !== 'begun') throw new Error(`The turn is ${begun.type}`);
  const outcome = {
    state: 'complete',
    answer: assistantMessage(answer),
    finishedAtMs: 200,
  } as const;
  await conversations.finish(key, endedTurn(begun.live, outcome));
  return turnId;
}

type Search = ConversationSearch['search'];

/** Returns everything that a search finds, page by page. */
export async function searchAll(
  search: Search,
  owner: string,
  query: string,
  limit = 50,
): Promise<readonly SearchResult[]> {
  const found: SearchResult[] = [];
  let cursor: string | undefined;
  do {
    const next = cursor === undefined ? {} : { cursor };
    const page = await search(owner, { words: wordsOf(query), limit, ...next });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    ({ cursor } = page);
  } while (cursor !== undefined);
  return found;
}

/** The tests that every implementation of `ConversationSearch` must pass. */
export function describeSearch(
  create: () => ConversationSearch & { readonly conversations: Conversations },
): void {
  let owners = 0;
  const fresh = (): string => `searcher ${(owners += 1)}/#`;
  const idsOf = (results: readonly SearchResult[]): readonly string[] =>
    results.map(({ conversation }) => conversation.conversationId);

  test('conversations are found by all words of titles, questions and answers, the last used first', async () => {
    const { conversations, search } = create();
    const owner = fresh();
    const store = (turn: SearchedTurn) => storeTurn(conversations, owner, turn);
    await store({
      conversationId: 'a',
      question: '琵琶湖の深さは？',
      answer: '約104メートルです。',
    });
    const biwa = await store({ conversationId: 'b', question: 'Lake Biwa?', startedAtMs: 200 });
    await store({
      conversationId: 'c',
      question: 'Rivers',
      answer: 'ＬＡＫＥＳ',
      startedAtMs: 300,
    });
    await store({ conversationId: 'a', question: 'And a lake?', startedAtMs: 400 });
    const ids = async (query: string) => idsOf(await searchAll(search, owner, query));
    expect(await ids('lake')).toEqual(['a', 'c', 'b']);
    expect(await ids('湖 lake')).toEqual(['a']);
    expect(await ids('深さ １０４ﾒｰﾄﾙ')).toEqual(['a']);
    expect(await ids('めーとる')).toEqual([]);
    expect(await ids('lake moon')).toEqual([]);
    expect(idsOf(await searchAll(search, owner, 'lake', 1))).toEqual(['a', 'c', 'b']);
    const [found] = await searchAll(search, owner, 'BIWA');
    expect(found).toMatchObject({ turnId: biwa, excerpt: 'Lake Biwa?' });
    expect(found?.conversation).toMatchObject({ title: 'Lake Biwa?', updatedAtMs: 200 });
    expect(await searchAll(search, fresh(), 'lake')).toEqual([]);
  });

  test('a conversation is found by its present title only', async () => {
    const { conversations, search } = create();
    const owner = fresh();
    await storeTurn(conversations, owner, { conversationId: 'a', question: 'Lake' });
    await conversations.retitle({ owner, conversationId: 'a' }, { from: 'Lake', to: 'Blue water' });
    const named = await searchAll(search, owner, 'blue');
    expect(named).toEqual([{ conversation: expect.objectContaining({ title: 'Blue water' }) }]);
    await conversations.change({ owner, conversationId: 'a' }, { title: 'Trip' });
    expect(await searchAll(search, owner, 'blue')).toEqual([]);
    expect(await searchAll(search, owner, 'trip lake')).toHaveLength(1);
  });

  test('hidden and removed conversations are not found', async () => {
    const { conversations, search } = create();
    const owner = fresh();
    const question = 'Lake';
    await storeTurn(conversations, owner, { conversationId: 'h', question, expiresAtMs: 5_000 });
    await storeTurn(conversations, owner, { conversationId: 'a', question });
    await conversations.remove({ owner, conversationId: 'a' });
    expect(await searchAll(search, owner, 'lake')).toEqual([]);
    await storeTurn(conversations, owner, { conversationId: 'a', question: 'River' });
    expect(await searchAll(search, owner, 'lake')).toEqual([]);
    expect(await searchAll(search, owner, 'river')).toHaveLength(1);
  });
}
