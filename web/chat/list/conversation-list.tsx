import type { ReactNode } from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { useShell } from '../../shell/shell-context.tsx';
import { ViewLink } from '../../shell/view-link.tsx';
import { useWords } from '../../words/use-words.ts';
import { visibleText } from '../visible-text.ts';
import { Visible } from '../visible.tsx';
import { words as chatWords } from '../words.ts';
import type { ConversationListView } from './use-conversation-list.ts';

export interface ConversationListProps {
  readonly list: ConversationListView;
  /** Deletes a conversation. Resolves to whether it is gone. */
  readonly onDelete: (conversationId: string) => Promise<boolean>;
}

/** The reader's conversations, the most recently used first. */
export function ConversationList({ list, onDelete }: ConversationListProps): ReactNode {
  const words = useWords(chatWords);
  const { view, open } = useShell();
  const openId = view.type === 'chat' ? view.conversationId : undefined;
  const confirmDelete = async (id: string, title: string): Promise<void> => {
    if (!window.confirm(words.confirmDelete(visibleText(title)))) return;
    if ((await onDelete(id)) && id === openId) open({ type: 'chat', conversationId: undefined });
  };
  return (
    <nav id="conversations" aria-label={words.conversations}>
      {list.problem !== undefined && (
        <p className="hint-line" role="alert">
          {list.problem}
        </p>
      )}
      {list.conversations?.length === 0 && <p className="hint-line">{words.noConversations}</p>}
      <ul>
        {(list.conversations ?? []).map(({ conversation_id: id, title }) => (
          <li key={id} className="row conversation">
            <ViewLink
              view={{ type: 'chat', conversationId: id }}
              className="row-link"
              isCurrent={id === openId}
              label={visibleText(title)}
            >
              <Visible text={title} />
            </ViewLink>
            <IconButton
              icon="trash"
              size="small"
              className="row-more"
              label={words.deleteLabel(visibleText(title))}
              onClick={() => void confirmDelete(id, title)}
            />
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <Button kind="bare" onClick={list.loadMore}>
          {words.showMore}
        </Button>
      )}
    </nav>
  );
}
