'use client';

import { useEffect } from 'react';
import type { View } from '../shell/view.ts';
import { useWords } from '../words/use-words.ts';
import type { Account } from './account.tsx';
import { useConversation, type ConversationView } from './conversation/use-conversation.ts';
import { useConversationList, type ConversationListView } from './list/use-conversation-list.ts';
import { tellOtherTabs, useOtherTabs, useSameAccount } from './other-tabs.ts';
import { visibleText } from './visible-text.ts';
import { words as chatWords } from './words.ts';

export interface Conversations {
  readonly list: ConversationListView;
  readonly conversation: ConversationView;
  /** Deletes a conversation. Resolves to whether it is gone. */
  deleteConversation(id: string): Promise<boolean>;
}

/** Holds the list and the open conversation, which follow each other and the other tabs. */
export function useConversations(initialView: View, account: Account): Conversations {
  const words = useWords(chatWords);
  const initialId = initialView.type === 'chat' ? initialView.conversationId : undefined;
  const list = useConversationList(words);
  const conversation = useConversation(initialId, words, () => {
    list.refresh();
    tellOtherTabs();
  });
  useOtherTabs(() => {
    list.refresh();
    conversation.refresh();
  });
  useSameAccount(account.type === 'user' ? account.name : 'guest');
  useTitle(list.titleOf(conversation.conversationId));
  return {
    list,
    conversation,
    async deleteConversation(id) {
      if (!(await list.delete(id))) return false;
      tellOtherTabs();
      return true;
    },
  };
}

/** Shows the title of a conversation in the browser's tab. */
function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Streambed' : `${visibleText(title)} · Streambed`;
  }, [title]);
}
