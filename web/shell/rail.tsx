'use client';

import type { ReactNode } from 'react';
import { IconButton } from '../parts/button.tsx';
import { Icon, Mark, type IconName } from '../parts/icon.tsx';
import { usePreferences } from '../preferences/use-preferences.tsx';
import { useWords } from '../words/use-words.ts';
import { KeyHint } from './key-caps.tsx';
import { useShell } from './shell-context.tsx';
import { keysOf } from './shortcuts.ts';
import type { Drawer } from './use-drawer.ts';
import { ViewLink } from './view-link.tsx';
import type { View, ViewName } from './view.ts';
import { shellWords } from './words.ts';

export interface RailProps {
  readonly drawer: Drawer;
  /** The conversations. */
  readonly children: ReactNode;
  /** Who uses the page. */
  readonly account: ReactNode;
}

const links = [
  ['documents', 'document'],
  ['tasks', 'tasks'],
  ['knowledge', 'book'],
  ['spending', 'chart'],
] as const satisfies readonly (readonly [ViewName, IconName])[];

/** The side of the page: its views and the reader's conversations. A drawer on a phone. */
export function Rail({ drawer, children, account }: RailProps): ReactNode {
  const words = useWords(shellWords);
  const { view } = useShell();
  const { change } = usePreferences();
  const hide = (): void => {
    if (drawer.isOpen) drawer.close();
    else change({ rail: 'hidden' });
  };
  return (
    <aside className="rail" id="rail" aria-label={words.navigation}>
      <div className="rail-head">
        <ViewLink view={newChat} className="brand" isCurrent={false}>
          <Mark />
          Streambed
        </ViewLink>
        <IconButton icon="rail" label={words.hideRail} aria-controls="rail" onClick={hide} />
      </div>
      <RailNavigation />
      <div className="rail-list">{children}</div>
      <div className="rail-foot">
        {account}
        <ViewLink
          view={{ type: 'settings' }}
          className="icon-button"
          isCurrent={view.type === 'settings'}
          label={words.settings}
        >
          <Icon name="settings" />
        </ViewLink>
      </div>
    </aside>
  );
}

function RailNavigation(): ReactNode {
  const words = useWords(shellWords);
  const { view, openOverlay } = useShell();
  const isNew = view.type === 'chat' && view.conversationId === undefined;
  return (
    <nav className="rail-nav" aria-label={words.navigation}>
      <ViewLink view={newChat} className="row" isCurrent={isNew}>
        <Icon name="compose" />
        <span>{words.newChat}</span>
        <KeyHint keys={keysOf('new-chat')} />
      </ViewLink>
      <button type="button" className="row" onClick={() => openOverlay('palette')}>
        <Icon name="search" />
        <span>{words.search}</span>
        <KeyHint keys={keysOf('palette')} />
      </button>
      {links.map(([name, icon]) => (
        <ViewLink key={name} view={{ type: name }} className="row" isCurrent={view.type === name}>
          <Icon name={icon} />
          <span>{words[name]}</span>
        </ViewLink>
      ))}
    </nav>
  );
}

const newChat: View = { type: 'chat', conversationId: undefined };
