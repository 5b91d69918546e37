'use client';

import { useEffect, useMemo } from 'react';
import { chosenBranches } from '../drafts/chosen-branch.ts';
import { adoptDraft } from '../drafts/use-draft.ts';
import { readDefaults } from '../settings/defaults.ts';
import type { View } from '../shell/view.ts';
import { useWords } from '../words/use-words.ts';
import type { Account } from './account/account.tsx';
import { useConversation, type ConversationView } from './conversation/use-conversation.ts';
import { useAnswering } from './list/use-answering.ts';
import { useConversationList, type ConversationListView } from './list/use-conversation-list.ts';
import { tellOtherTabs, useOtherTabs, useSameAccount } from './other-tabs.ts';
import { visibleText } from './visible-text.ts';
import { problemWords } from './problem-words.ts';

export interface Conversations {
  readonly list: ConversationListView;
  readonly conversation: ConversationView;
  /** The title of the open conversation, as far as it is known. */
  readonly title: string | undefined;
  /** The conversations that are being answered. */
  readonly answering: ReadonlySet<string>;
}

/** Holds the list and the open conversation, which follow each other and the other tabs. */
export function useConversations(initialView: View, account: Account): Conversations {
  const words = useWords(problemWords);
  const initialId = initialView.type === 'chat' ? initialView.conversationId : undefined;
  const list = useConversationList();
  const chosen = useMemo(() => chosenBranches(account), [account]);
  const onChange = (begunId?: string): void => {
    if (begunId !== undefined) adoptDraft(account, begunId);
    list.refresh();
    tellOtherTabs();
  };
  const conversation = useConversation(initialId, words, {
    chosen,
    readDefaults: () => readDefaults(account),
    onChange,
  });
  const { conversationId, turns } = conversation;
  const isLive = turns.some(({ state }) => state !== 'settled');
  const answering = useAnswering(conversationId, isLive, list.refresh);
  useOtherTabs(() => {
    list.refresh();
    conversation.refresh();
  });
  useSameAccount(account.type === 'user' ? account.name : 'guest');
  const title = list.titleOf(conversationId) ?? conversation.title;
  useTitle(title);
  return { list, conversation, title, answering };
}

/** Shows the title of a conversation in the browser's tab. */
function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Streambed' : `${visibleText(title)} · Streambed`;
  }, [title]);
}
