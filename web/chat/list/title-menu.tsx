'use client';

import { useRef, useState, type ReactNode } from 'react';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { TitleField } from './title-field.tsx';
import { Title } from './title.tsx';
import type { ConversationActions } from './actions/use-conversation-actions.ts';

export interface TitleMenuProps {
  readonly id: string;
  readonly title: string;
  readonly actions: ConversationActions;
}

/** The title of the open conversation, which opens a menu with what can be done with it. */
export function TitleMenu({ id, title, actions }: TitleMenuProps): ReactNode {
  const [isRenaming, setRenaming] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  if (isRenaming) {
    const end = (changed?: string): void => {
      setRenaming(false);
      if (changed !== undefined) actions.rename(id, changed);
      requestAnimationFrame(() => place.current?.querySelector('button')?.focus());
    };
    return <TitleField title={title} onEnd={end} />;
  }
  return (
    <span ref={place}>
      <Menu
        className="bar-title"
        trigger={
          <>
            <span>
              <Title text={title} />
            </span>
            <Icon name="fold" size="small" />
          </>
        }
      >
        <ConversationMenu
          id={id}
          actions={actions}
          onRename={() => setRenaming(true)}
          onPrint={actions.print}
        />
      </Menu>
    </span>
  );
}
