'use client';

import { useMemo, useState, type ReactNode } from 'react';
import type { Account } from '../chat/account.tsx';
import { AccountMenu } from '../chat/account.tsx';
import { ChatView } from '../chat/chat-view.tsx';
import { ConversationList } from '../chat/list/conversation-list.tsx';
import { useConversations } from '../chat/use-conversations.ts';
import type { Preferences } from '../preferences/preferences.ts';
import { PreferencesProvider, usePreferences } from '../preferences/use-preferences.tsx';
import type { Language } from '../words/languages.ts';
import { useWords } from '../words/use-words.ts';
import { Bar } from './bar.tsx';
import { OtherView, SidePanel } from './lazy-views.tsx';
import { NoticeLine } from './notice-line.tsx';
import { Rail } from './rail.tsx';
import { ShellProvider, type Panel, type Shell } from './shell-context.tsx';
import { useDrawer } from './use-drawer.ts';
import { useNotice } from './use-notice.ts';
import { useView } from './use-view.ts';
import type { View } from './view.ts';
import { shellWords } from './words.ts';

export interface AppProps {
  readonly preferences: Preferences;
  readonly browserLanguage: Language;
  readonly account: Account;
  /** Whether AWS bills the answers. If not, costs are shown as what AWS would charge. */
  readonly isBilled: boolean;
  /** Whether the system behind the page is that of `npm start`. */
  readonly isLocal: boolean;
  readonly initialView: View;
}

/** The page. */
export function App({ preferences, browserLanguage, ...rest }: AppProps): ReactNode {
  return (
    <PreferencesProvider initial={preferences} browserLanguage={browserLanguage}>
      <Frame {...rest} />
    </PreferencesProvider>
  );
}

type FrameProps = Omit<AppProps, 'preferences' | 'browserLanguage'>;

/** The rail, the stage with what is shown, and the panel beside it. */
function Frame({ account, isBilled, isLocal, initialView }: FrameProps): ReactNode {
  const { preferences } = usePreferences();
  const chat = useConversations(initialView, account);
  const { conversation, list } = chat;
  const { conversationId } = conversation;
  const drawer = useDrawer();
  const { notice, notify, undo } = useNotice();
  const [panel, openPanel] = useState<Panel>();
  const { view, open } = useView(initialView, (next) => {
    drawer.close();
    if (next.type === 'chat') conversation.show(next.conversationId);
  });
  const shown = useMemo(
    (): View => (view.type === 'chat' ? { type: 'chat', conversationId } : view),
    [view, conversationId],
  );
  // The same object while an answer arrives, so that only what shows the answer is rendered.
  const shell = useMemo(
    (): Shell => ({ account, isBilled, isLocal, view: shown, open, panel, openPanel, notify }),
    [account, isBilled, isLocal, shown, open, panel, openPanel, notify],
  );
  return (
    <ShellProvider value={shell}>
      <SkipLink />
      <div
        ref={drawer.frame}
        className={panel === undefined ? 'app' : 'app with-panel'}
        data-drawer={drawer.isOpen ? 'open' : 'closed'}
        data-rail={preferences.rail}
      >
        <Rail drawer={drawer} account={<AccountMenu />}>
          <ConversationList list={list} onDelete={chat.deleteConversation} />
        </Rail>
        <div className="drawer-scrim" onClick={drawer.close} />
        <main className="stage" id="stage" tabIndex={-1} inert={drawer.isOpen}>
          <Bar drawer={drawer}>
            <span className="bar-title">
              <span>{list.titleOf(conversationId)}</span>
            </span>
          </Bar>
          {/* Always there, so that answers go on arriving. */}
          <ChatView conversation={conversation} isHidden={view.type !== 'chat'} />
          {view.type !== 'chat' && <OtherView name={view.type} />}
          {notice !== undefined && <NoticeLine notice={notice} onUndo={undo} />}
        </main>
        <SidePanel panel={panel} conversation={conversation} />
      </div>
    </ShellProvider>
  );
}

function SkipLink(): ReactNode {
  const { skipToContent } = useWords(shellWords);
  return (
    <a className="skip" href="#stage">
      {skipToContent}
    </a>
  );
}
