'use client';

import type { ReactNode } from 'react';
import { faultLabels } from '../faults/fault-labels.ts';
import { useFault } from '../faults/use-fault.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon, Mark } from '../parts/icon.tsx';
import { usePreferences } from '../preferences/use-preferences.tsx';
import { useWords } from '../words/use-words.ts';
import { useShell } from './shell-context.tsx';
import type { Drawer } from './use-drawer.ts';
import { ViewLink } from './view-link.tsx';
import type { View } from './view.ts';
import { shellWords } from './words.ts';

export interface BarProps {
  readonly drawer: Drawer;
  /** The title of the open conversation, with what can be done with it. */
  readonly children: ReactNode;
}

/** The line above what is shown: what it is, and what can be done with it. */
export function Bar({ drawer, children }: BarProps): ReactNode {
  const words = useWords(shellWords);
  const { change } = usePreferences();
  const { view } = useShell();
  const isConversation = view.type === 'chat' && view.conversationId !== undefined;
  return (
    <header className="bar">
      <IconButton
        icon="menu"
        label={words.openMenu}
        className="only-phone"
        aria-controls="rail"
        aria-expanded={drawer.isOpen}
        onClick={drawer.open}
      />
      <IconButton
        icon="rail"
        label={words.showRail}
        className="only-desk show-rail"
        aria-controls="rail"
        aria-expanded={false}
        onClick={() => change({ rail: 'shown' })}
      />
      {isConversation ? <h1>{children}</h1> : <ViewTitle view={view} />}
      <BarActions isConversation={isConversation} />
    </header>
  );
}

function BarActions({ isConversation }: { readonly isConversation: boolean }): ReactNode {
  const words = useWords(shellWords);
  const { isLocal, panel, openPanel } = useShell();
  const toggle = (type: 'faults' | 'behind'): void =>
    openPanel(panel?.type === type ? undefined : { type });
  return (
    <>
      {isLocal && <FaultBadge isConversation={isConversation} onClick={() => toggle('faults')} />}
      {isConversation && (
        <>
          <IconButton
            icon="pulse"
            label={words.behind}
            className="only-desk"
            aria-pressed={panel?.type === 'behind'}
            onClick={() => toggle('behind')}
          />
          <ViewLink
            view={{ type: 'chat', conversationId: undefined }}
            className="icon-button only-phone"
            isCurrent={false}
            label={words.newChat}
          >
            <Icon name="compose" />
          </ViewLink>
        </>
      )}
    </>
  );
}

interface FaultBadgeProps {
  readonly isConversation: boolean;
  readonly onClick: () => void;
}

/** Says that the system is local, or which fault is armed in it. */
function FaultBadge({ isConversation, onClick }: FaultBadgeProps): ReactNode {
  const words = useWords(shellWords);
  const labels = useWords(faultLabels);
  const { isLocal, panel } = useShell();
  const { armed } = useFault(isLocal);
  const rest = isConversation ? 'badge only-desk' : 'badge';
  return (
    <button
      type="button"
      className={armed === undefined ? rest : 'badge armed'}
      title={words.faults}
      aria-pressed={panel?.type === 'faults'}
      onClick={onClick}
    >
      <Icon name="flask" size="small" />
      {armed === undefined ? words.local : labels.armed(labels.names[armed])}
    </button>
  );
}

/** What a phone shows above a view that has no conversation's title. */
function ViewTitle({ view }: { readonly view: View }): ReactNode {
  const words = useWords(shellWords);
  const isChat = view.type === 'chat';
  return (
    <>
      <span className={`${isChat ? 'brand' : 'bar-title plain'} only-phone`} aria-hidden="true">
        {isChat && <Mark />}
        {isChat ? 'Streambed' : words[view.type]}
      </span>
      <span className="push" />
    </>
  );
}
