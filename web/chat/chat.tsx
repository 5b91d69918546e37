'use client';

import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { listConversations, removeConversation } from './api.ts';
import { Composer } from './composer.tsx';
import { ConversationList, type Listed } from './conversation-list.tsx';
import { Transcript } from './transcript.tsx';
import { useConversation } from './use-conversation.ts';
import { words as allWords, type Language, type Words } from './words.ts';

export interface ChatProps {
  readonly language: Language;
  readonly conversationId?: string;
}

/** The whole page: conversations at the side, the open one in the middle, the composer below. */
export function Chat({ language, conversationId }: ChatProps): ReactNode {
  const words = allWords[language];
  const [listed, setListed] = useState<Listed>({ type: 'loading' });
  const [isMenuOpen, setMenuOpen] = useState(false);
  const refresh = useCallback(() => {
    listConversations().then(
      (conversations) => setListed({ type: 'loaded', conversations }),
      () => setListed({ type: 'failed' }),
    );
  }, []);
  useEffect(refresh, [refresh]);
  const conversation = useConversation(conversationId, words, refresh);

  const open = (id: string | undefined): void => {
    setMenuOpen(false);
    conversation.open(id);
  };
  const remove = async (id: string): Promise<void> => {
    await removeConversation(id).catch(() => setListed({ type: 'failed' }));
    if (id === conversation.conversationId) open(undefined);
    refresh();
  };

  return (
    <div className="page" data-menu={isMenuOpen ? 'open' : 'closed'}>
      <ConversationList
        words={words}
        listed={listed}
        openId={conversation.conversationId}
        onOpen={open}
        onRemove={(id) => void remove(id)}
      />
      <main className="main">
        <Bar words={words} isMenuOpen={isMenuOpen} onMenu={() => setMenuOpen(!isMenuOpen)} />
        <Transcript
          words={words}
          turns={conversation.turns}
          problem={conversation.problem}
          onRetry={conversation.retry}
          onSuggestion={conversation.send}
        />
        <Composer words={words} isBusy={conversation.isBusy} onSend={conversation.send} />
      </main>
    </div>
  );
}

interface BarProps {
  readonly words: Words;
  readonly isMenuOpen: boolean;
  readonly onMenu: () => void;
}

function Bar({ words, isMenuOpen, onMenu }: BarProps): ReactNode {
  return (
    <header className="bar">
      <button
        type="button"
        className="icon-button menu-button"
        aria-expanded={isMenuOpen}
        aria-label={isMenuOpen ? words.closeMenu : words.openMenu}
        onClick={onMenu}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M3 5h14M3 10h14M3 15h14" />
        </svg>
      </button>
      <h1>Streambed</h1>
    </header>
  );
}
