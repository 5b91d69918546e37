'use client';

import type { ReactNode } from 'react';
import { AccountMenu } from '../chat/account/account.tsx';
import { ChatView } from '../chat/chat-view.tsx';
import { ConversationList } from '../chat/list/conversation-list.tsx';
import { TitleMenu } from '../chat/list/title-menu.tsx';
import type { Preferences } from '../preferences/preferences.ts';
import { PreferencesProvider, usePreferences } from '../preferences/use-preferences.tsx';
import type { Language } from '../words/languages.ts';
import { useWords } from '../words/use-words.ts';
import { Bar } from './bar.tsx';
import { OpenOverlay, OtherView, SidePanel } from './lazy-views.tsx';
import { NoticeLine } from './notices/notice-line.tsx';
import { ProblemLine } from './notices/problem-line.tsx';
import { Rail } from './rail.tsx';
import { ShellProvider } from './shell-context.tsx';
import { useFrame, type FrameProps, type FrameState } from './use-frame.ts';
import { shellWords } from './words.ts';

export interface AppProps extends FrameProps {
  readonly preferences: Preferences;
  readonly browserLanguage: Language;
}

/** The page. */
export function App({ preferences, browserLanguage, ...rest }: AppProps): ReactNode {
  return (
    <PreferencesProvider initial={preferences} browserLanguage={browserLanguage}>
      <Frame {...rest} />
    </PreferencesProvider>
  );
}

/** The rail, the stage with what is shown, the panel beside it, and what lies over them. */
function Frame(props: FrameProps): ReactNode {
  const { preferences } = usePreferences();
  const frame = useFrame(props);
  const { shell, chat, actions, drawer } = frame;
  return (
    <ShellProvider value={shell}>
      <SkipLink />
      <div
        ref={drawer.frame}
        className={shell.panel === undefined ? 'app' : 'app with-panel'}
        data-drawer={drawer.isOpen ? 'open' : 'closed'}
        data-rail={preferences.rail}
      >
        <Rail drawer={drawer} account={<AccountMenu />}>
          <ConversationList list={chat.list} actions={actions} answering={chat.answering} />
        </Rail>
        <div className="drawer-scrim" onClick={drawer.close} />
        <Stage {...frame} />
        {drawer.isOpen && <Lines {...frame} />}
        <SidePanel panel={shell.panel} conversation={chat.conversation} />
      </div>
      <OpenOverlay overlay={frame.overlay} list={chat.list} commands={frame.commands} />
    </ShellProvider>
  );
}

function Stage(frame: FrameState): ReactNode {
  const { shell, chat, actions, drawer } = frame;
  const { view } = shell;
  const { conversation, title } = chat;
  const { conversationId: id } = conversation;
  return (
    <main className="stage" id="stage" tabIndex={-1} inert={drawer.isOpen}>
      <Bar drawer={drawer}>
        {id !== undefined && title !== undefined && (
          <TitleMenu key={id} id={id} title={title} actions={actions} />
        )}
      </Bar>
      {/* Always there, so that answers go on arriving. */}
      <ChatView conversation={conversation} isHidden={view.type !== 'chat'} />
      {view.type !== 'chat' && <OtherView name={view.type} />}
      {!drawer.isOpen && <Lines {...frame} />}
    </main>
  );
}

/** What was done and what has failed. The stage cannot be used while the rail lies over it. */
function Lines({ shell, notice, undo, problem }: FrameState): ReactNode {
  return (
    <>
      {problem !== undefined && (
        <ProblemLine text={problem} onClose={() => shell.showProblem(undefined)} />
      )}
      {notice !== undefined && <NoticeLine notice={notice} onUndo={undo} />}
    </>
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
