'use client';

import { lazy, Suspense, type ReactNode } from 'react';
import type { ConversationView } from '../chat/conversation/use-conversation.ts';
import type { Panel } from './shell-context.tsx';
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
        <FaultsPanel onAsk={isBusy ? undefined : actions.send} />
      )}
    </Suspense>
  );
}
