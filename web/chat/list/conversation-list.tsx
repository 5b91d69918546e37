import type { ReactNode } from 'react';
import type { ConversationListView } from './use-conversation-list.ts';
import { visibleText } from '../visible-text.ts';
import { Visible } from '../visible.tsx';
import type { Words } from '../words.ts';

export interface ConversationListProps {
  readonly words: Words;
  readonly list: ConversationListView;
  readonly openId: string | undefined;
  readonly onOpen: (conversationId: string | undefined) => void;
  readonly onDelete: (conversationId: string) => void;
}

/** The reader's conversations, the most recently used first. */
export function ConversationList(props: ConversationListProps): ReactNode {
  const { words, list, openId, onOpen, onDelete } = props;
  const confirmDelete = (id: string, title: string): void => {
    if (window.confirm(words.confirmDelete(visibleText(title)))) onDelete(id);
  };
  return (
    <nav className="sidebar" id="conversations" aria-label={words.conversations}>
      <button type="button" className="new-chat" onClick={() => onOpen(undefined)}>
        {words.newChat}
      </button>
      {list.problem !== undefined && (
        <p className="hint" role="alert">
          {list.problem}
        </p>
      )}
      {list.conversations?.length === 0 && <p className="hint">{words.noConversations}</p>}
      <ul>
        {(list.conversations ?? []).map(({ conversation_id: id, title }) => (
          <li key={id} className="conversation">
            <button
              type="button"
              className="conversation-title"
              aria-current={id === openId ? 'page' : undefined}
              onClick={() => onOpen(id)}
            >
              <Visible text={title} />
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={words.deleteLabel(visibleText(title))}
              title={words.delete}
              onClick={() => confirmDelete(id, title)}
            >
              <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="m5 5 10 10M15 5 5 15" />
              </svg>
            </button>
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <button type="button" className="quiet-button" onClick={list.loadMore}>
          {words.showMore}
        </button>
      )}
    </nav>
  );
}
