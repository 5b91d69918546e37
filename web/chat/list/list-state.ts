import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import type { ConversationList } from '../api.ts';

/** What the reader has done with a conversation and the loaded list does not show yet. */
export type Change =
  | { readonly type: 'deleted' }
  | { readonly type: 'renamed'; readonly title: string };

/** The conversations as far as they are loaded, and what is to be changed in them. */
export interface ListState {
  /** Undefined until the first page has loaded. */
  readonly conversations: readonly ConversationJson[] | undefined;
  readonly cursor: string | undefined;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  readonly changes: ReadonlyMap<string, Change>;
}

export const emptyList: ListState = {
  conversations: undefined,
  cursor: undefined,
  isLoading: false,
  hasFailed: false,
  changes: new Map(),
};

/** Puts a loaded page into the list: after the others if it is older, or else in their place. */
export function withPage(state: ListState, page: ConversationList, isOlder: boolean): ListState {
  const before = isOlder ? (state.conversations ?? []) : [];
  const known = new Set(before.map(({ conversation_id: id }) => id));
  const added = page.conversations.filter(({ conversation_id: id }) => !known.has(id));
  return {
    ...state,
    conversations: [...before, ...added],
    cursor: page.cursor,
    isLoading: false,
    hasFailed: false,
  };
}

/** Shows a change at once. */
export function withChange(state: ListState, id: string, change: Change): ListState {
  return { ...state, changes: new Map(state.changes).set(id, change) };
}

/** Takes a change back, unless another one has come after it. */
export function withoutChange(state: ListState, id: string, change: Change): ListState {
  if (state.changes.get(id) !== change) return state;
  const changes = new Map(state.changes);
  changes.delete(id);
  return { ...state, changes };
}

/** Returns the loaded conversations with all changes; undefined until the first page has loaded. */
export function shownConversations({
  conversations,
  changes,
}: Pick<ListState, 'conversations' | 'changes'>): readonly ConversationJson[] | undefined {
  return conversations?.flatMap((conversation) => {
    const change = changes.get(conversation.conversation_id);
    if (change?.type === 'deleted') return [];
    return [change === undefined ? conversation : { ...conversation, title: change.title }];
  });
}
