'use client';

import { useEffect, useState, type ReactNode } from 'react';
import { AccountMenu, type Account } from './account.tsx';
import { Composer } from './composer.tsx';
import { ConversationList } from './list/conversation-list.tsx';
import { Transcript } from './conversation/transcript.tsx';
import { tellOtherTabs, useOtherTabs, useSameAccount } from './other-tabs.ts';
import { useConversationList, type ConversationListView } from './list/use-conversation-list.ts';
import { useConversation, type ConversationView } from './conversation/use-conversation.ts';
import { LanguageProvider } from '../words/language.tsx';
import { visibleText } from './visible-text.ts';
import { words as allWords, type Language, type Words } from './words.ts';

export interface ChatProps {
  readonly language: Language;
  readonly conversationId?: string;
  /** Whether AWS bills the answers. If not, costs are shown as what AWS would charge. */
  readonly isBilled: boolean;
  readonly account: Account;
}

/** The page: the list of conversations, the open conversation and the composer. */
export function Chat({ language, conversationId, isBilled, account }: ChatProps): ReactNode {
  const words = allWords[language];
  const [isMenuOpen, setMenuOpen] = useState(false);
  const { list, conversation } = useConversations(conversationId, words);
  useSameAccount(account.type === 'user' ? account.name : 'guest');

  const open = (id: string | undefined): void => {
    setMenuOpen(false);
    conversation.open(id);
  };
  const deleteConversation = async (id: string): Promise<void> => {
    const isOpen = id === conversation.conversationId;
    if (!(await list.delete(id))) return;
    tellOtherTabs();
    if (isOpen) open(undefined);
  };

  return (
    <LanguageProvider language={language}>
      <div className="page" data-menu={isMenuOpen ? 'open' : 'closed'}>
        <ConversationList
          words={words}
          list={list}
          openId={conversation.conversationId}
          onOpen={open}
          onDelete={(id) => void deleteConversation(id)}
        />
        <main className="main">
          <Bar words={words} isMenuOpen={isMenuOpen} onMenu={setMenuOpen}>
            <AccountMenu words={words} account={account} />
          </Bar>
          <Transcript words={words} conversation={conversation} isBilled={isBilled} />
          <Composer
            words={words}
            conversationId={conversation.conversationId}
            isBusy={conversation.isBusy}
            onSend={conversation.actions.send}
            onStop={conversation.stop}
          />
        </main>
      </div>
    </LanguageProvider>
  );
}

interface Conversations {
  readonly list: ConversationListView;
  readonly conversation: ConversationView;
}

/** Holds the list and the open conversation, which follow each other and the other tabs. */
function useConversations(initialId: string | undefined, words: Words): Conversations {
  const list = useConversationList(words);
  const conversation = useConversation(initialId, words, () => {
    list.refresh();
    tellOtherTabs();
  });
  useOtherTabs(() => {
    list.refresh();
    conversation.refresh();
  });

  useTitle(list.titleOf(conversation.conversationId));
  return { list, conversation };
}

/** Shows the title of a conversation in the browser's tab. */
function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Streambed' : `${visibleText(title)} · Streambed`;
  }, [title]);
}

interface BarProps {
  readonly words: Words;
  readonly isMenuOpen: boolean;
  readonly onMenu: (isOpen: boolean) => void;
  readonly children: ReactNode;
}

function Bar({ words, isMenuOpen, onMenu, children }: BarProps): ReactNode {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onMenu(false);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onMenu]);
  return (
    <header className="bar">
      <button
        type="button"
        className="icon-button menu-button"
        aria-controls="conversations"
        aria-expanded={isMenuOpen}
        aria-label={words.conversations}
        onClick={() => onMenu(!isMenuOpen)}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M3 5h14M3 10h14M3 15h14" />
        </svg>
      </button>
      <h1>Streambed</h1>
      {children}
    </header>
  );
}
