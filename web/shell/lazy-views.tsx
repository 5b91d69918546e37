'use client';

import { lazy, Suspense, type ReactNode } from 'react';
import type { ConversationView } from '../chat/conversation/use-conversation.ts';
import type { ConversationListView } from '../chat/list/use-conversation-list.ts';
import type { Overlay, Panel } from './shell-context.tsx';
import type { Commands } from './keyboard/use-commands.ts';
import type { ViewName } from './view.ts';

/** Loaded when they are first shown. */
const views: Readonly<Record<ViewName, ReturnType<typeof lazy>>> = {
  documents: lazy(async () => ({
    default: (await import('../documents/documents-view.tsx')).DocumentsView,
  })),
  tasks: lazy(async () => ({
    default: (await import('../tasks/tasks-view.tsx')).TasksView,
  })),
  knowledge: lazy(async () => ({
    default: (await import('../knowledge/knowledge-view.tsx')).KnowledgeView,
  })),
  spending: lazy(async () => ({
    default: (await import('../spending/spending-view.tsx')).SpendingView,
  })),
  settings: lazy(async () => ({
    default: (await import('../settings/settings-view.tsx')).SettingsView,
  })),
};
const BehindPanel = lazy(async () => ({
  default: (await import('../behind/behind-panel.tsx')).BehindPanel,
}));
const FaultsPanel = lazy(async () => ({
  default: (await import('../faults/faults-panel.tsx')).FaultsPanel,
}));

const Palette = lazy(async () => ({
  default: (await import('../palette/palette.tsx')).Palette,
}));
const ShortcutsSheet = lazy(async () => ({
  default: (await import('../palette/shortcuts-sheet.tsx')).ShortcutsSheet,
}));

/** A view beside the chat. */
export function OtherView({ name }: { readonly name: ViewName }): ReactNode {
  const View = views[name];
  return (
    <div className="scroll">
      <Suspense>
        <View />
      </Suspense>
    </div>
  );
}

export interface SidePanelProps {
  readonly panel: Panel | undefined;
  readonly conversation: ConversationView;
}

/** The panel beside the stage, if there is one. */
export function SidePanel({ panel, conversation }: SidePanelProps): ReactNode {
  if (panel === undefined) return undefined;
  const { branch, isBusy, actions } = conversation;
  return (
    <Suspense>
      {panel.type === 'behind' ? (
        <BehindPanel turnKey={panel.turnKey} branch={branch} />
      ) : (
        <FaultsPanel onAsk={isBusy ? undefined : (text) => actions.send({ text })} />
      )}
    </Suspense>
  );
}

export interface OpenOverlayProps {
  readonly overlay: Overlay | undefined;
  readonly list: ConversationListView;
  readonly commands: Commands;
}

/** The dialog over the page, if there is one. */
export function OpenOverlay({ overlay, list, commands }: OpenOverlayProps): ReactNode {
  if (overlay === undefined) return undefined;
  return (
    <Suspense>
      {overlay === 'palette' ? <Palette list={list} commands={commands} /> : <ShortcutsSheet />}
    </Suspense>
  );
}
