import type { ReactNode } from 'react';
import type { ConversationJson } from '#protocol/turn-json.ts';
import type { Words } from './words.ts';

export type Listed =
  | { readonly type: 'loading' }
  | { readonly type: 'failed' }
  | { readonly type: 'loaded'; readonly conversations: readonly ConversationJson[] };

export interface ConversationListProps {
  readonly words: Words;
  readonly listed: Listed;
  readonly openId: string | undefined;
  readonly onOpen: (conversationId: string | undefined) => void;
  readonly onRemove: (conversationId: string) => void;
}

/** The reader's conversations, the most recently used first. */
export function ConversationList(props: ConversationListProps): ReactNode {
  const { words, listed, openId, onOpen, onRemove } = props;
  const conversations = listed.type === 'loaded' ? listed.conversations : [];
  return (
    <nav className="sidebar" aria-label={words.conversations}>
      <button type="button" className="new-chat" onClick={() => onOpen(undefined)}>
        {words.newChat}
      </button>
      {listed.type === 'failed' && <p className="hint">{words.conversationsFailed}</p>}
      {listed.type === 'loaded' && conversations.length === 0 && (
        <p className="hint">{words.noConversations}</p>
      )}
      <ul>
        {conversations.map(({ conversation_id: id, title }) => (
          <li key={id} className="conversation">
            <button
              type="button"
              className="conversation-title"
              aria-current={id === openId ? 'page' : undefined}
              onClick={() => onOpen(id)}
            >
              {title}
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={words.removeTitled(title)}
              title={words.remove}
              onClick={() => onRemove(id)}
            >
              <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="m5 5 10 10M15 5 5 15" />
              </svg>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
