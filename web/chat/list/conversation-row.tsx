'use client';

import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import { memo, useState, type ReactNode } from 'react';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { ViewLink } from '../../shell/view-link.tsx';
import { useWords } from '../../words/use-words.ts';
import { ConversationMenu } from './conversation-menu.tsx';
import { focusConversation } from './focus-conversation.ts';
import { TitleField } from './title-field.tsx';
import { Title, titleText } from './title.tsx';
import type { ConversationActions } from './actions/use-conversation-actions.ts';
import { listWords } from './words.ts';

export interface ConversationRowProps {
  readonly conversation: ConversationJson;
  readonly isOpen: boolean;
  readonly isAnswering: boolean;
  readonly actions: ConversationActions;
}

/** A conversation in the rail: a link to it, and a menu with what can be done with it. */
export const ConversationRow = memo((props: ConversationRowProps): ReactNode => {
  const { conversation, isOpen, isAnswering, actions } = props;
  const { conversation_id: id, title } = conversation;
  const words = useWords(listWords);
  const [isRenaming, setRenaming] = useState(false);
  if (isRenaming) {
    const end = (changed?: string): void => {
      setRenaming(false);
      if (changed !== undefined) actions.rename(id, changed);
      focusConversation(id);
    };
    return (
      <li className="row renaming">
        <TitleField title={title} onEnd={end} />
      </li>
    );
  }
  return (
    <li className="row conversation" data-conversation={id}>
      <ViewLink
        view={{ type: 'chat', conversationId: id }}
        className="row-link"
        isCurrent={isOpen}
        label={titleText(title)}
      >
        <Title text={title} />
      </ViewLink>
      {isAnswering && <i className="live" role="img" aria-label={words.answering} />}
      <Menu
        className="icon-button row-more"
        label={words.options(titleText(title))}
        trigger={<Icon name="more" size="small" />}
      >
        <ConversationMenu id={id} actions={actions} onRename={() => setRenaming(true)} />
      </Menu>
    </li>
  );
});
