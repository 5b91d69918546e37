import type { Conversations } from '#domain/conversation/conversations.ts';
import {
  excerptOf,
  matchConversation,
  searchableText,
  type ConversationSearch,
} from '#domain/conversation/search.ts';

/** Returns a search that reads all conversations of an owner, with the behaviour of DynamoDB's. */
export function createMemorySearch(conversations: Conversations): ConversationSearch {
  return {
    async search(owner, { words, limit, cursor = '0' }) {
      const { items } = await conversations.list(owner, { limit: 1_000 });
      const searched = items.map(async (conversation) => {
        const turns = (await conversations.turns(conversation, { limit: 1_000 })).items;
        const texts = turns.map((turn) => ({ turn, text: searchableText(turn) }));
        const match = matchConversation(words, conversation.title, texts);
        if (match?.turn === undefined) return match === undefined ? [] : [{ conversation }];
        const { turn } = match.turn;
        return [{ conversation, turnId: turn.turnId, excerpt: excerptOf(turn, words) }];
      });
      const found = (await Promise.all(searched)).flat();
      const end = Number(cursor) + limit;
      const page = { items: found.slice(Number(cursor), end) };
      return end < found.length ? { ...page, cursor: String(end) } : page;
    },
  };
}
