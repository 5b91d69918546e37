'use client';

import { useMemo, useRef, useState } from 'react';
import type { Account } from '../chat/account/account.tsx';
import {
  useConversationActions,
  type ConversationActions,
} from '../chat/list/actions/use-conversation-actions.ts';
import { useConversations, type Conversations } from '../chat/use-conversations.ts';
import type { Notice, Overlay, Panel, Shell } from './shell-context.tsx';
import { focusComposer, useCommands, type Commands } from './keyboard/use-commands.ts';
import { useDrawer, type Drawer } from './use-drawer.ts';
import { useNotice } from './notices/use-notice.ts';
import { useShortcuts } from './keyboard/use-shortcuts.ts';
import { useView } from './use-view.ts';
import type { View } from './view.ts';

export interface FrameProps {
  readonly account: Account;
  /** Whether AWS bills the answers. If not, costs are shown as what AWS would charge. */
  readonly isBilled: boolean;
  /** Whether the system behind the page is that of `npm start`. */
  readonly isLocal: boolean;
  readonly initialView: View;
}

/** What the frame of the page holds. */
export interface FrameState {
  readonly shell: Shell;
  readonly chat: Conversations;
  readonly actions: ConversationActions;
  readonly drawer: Drawer;
  readonly notice: Notice | undefined;
  readonly undo: () => void;
  readonly problem: string | undefined;
  readonly overlay: Overlay | undefined;
  readonly commands: Commands;
}

/** Holds what is shown, beside it and over it, and handles the shortcuts. */
export function useFrame({ initialView, ...page }: FrameProps): FrameState {
  const chat = useConversations(initialView, page.account);
  const { conversation } = chat;
  const drawer = useDrawer();
  const { notice, notify, undo } = useNotice();
  const [problem, showProblem] = useState<string>();
  const [panel, openPanel] = useState<Panel>();
  const [overlay, openOverlay] = useState<Overlay>();
  const { view, open } = useView(initialView, (next) => {
    drawer.close();
    if (next.type === 'chat') conversation.show(next.conversationId);
  });
  const { conversationId } = conversation;
  const shown = useMemo(
    (): View => (view.type === 'chat' ? { type: 'chat', conversationId } : view),
    [view, conversationId],
  );
  const { startOver, beginWith } = useNewConversations(chat, open);
  const { account, isBilled, isLocal } = page;
  // The same object while an answer arrives, so that only what shows the answer is rendered.
  const shell = useMemo(
    (): Shell => ({
      account,
      isBilled,
      isLocal,
      view: shown,
      open,
      panel,
      openPanel,
      openOverlay,
      notify,
      showProblem,
      startOver,
      beginWith,
    }),
    [account, isBilled, isLocal, shown, open, panel, notify, startOver, beginWith],
  );
  const actions = useConversationActions(chat, shell);
  const { branch } = conversation;
  const commands = useCommands({ shell, overlay, branch, drawer, actions });
  useShortcuts(commands);
  return { shell, chat, actions, drawer, notice, undo, problem, overlay, commands };
}

/** Returns functions that show an empty new conversation, which stay the same. */
function useNewConversations(
  chat: Conversations,
  open: (view: View) => void,
): Pick<Shell, 'startOver' | 'beginWith'> {
  const latest = useRef(chat);
  latest.current = chat;
  return useMemo(() => {
    const openNew = (): void => open({ type: 'chat', conversationId: undefined });
    return {
      startOver() {
        latest.current.conversation.show(undefined);
        latest.current.list.refresh();
        openNew();
      },
      beginWith(choices) {
        openNew();
        latest.current.conversation.choose(choices);
        focusComposer();
      },
    };
  }, [open]);
}
