'use client';

import { toMessage } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { ConversationActions } from '../../chat/list/actions/use-conversation-actions.ts';
import type { TurnView } from '../../chat/turn/turn-view.ts';
import { usePreferences } from '../../preferences/use-preferences.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Overlay, Shell } from '../shell-context.tsx';
import type { CommandName } from './shortcuts.ts';
import { phone, type Drawer } from '../use-drawer.ts';
import { shellWords } from '../words.ts';

export interface CommandOptions {
  readonly shell: Shell;
  readonly overlay: Overlay | undefined;
  readonly branch: readonly TurnView[];
  readonly drawer: Drawer;
  readonly actions: ConversationActions;
}

/** What each command does; undefined while there is nothing to do. */
export type Commands = Readonly<Record<CommandName, (() => void) | undefined>>;

/** Returns what the commands do to the page as it is now. */
export function useCommands(options: CommandOptions): Commands {
  const { shell, overlay, branch, drawer, actions } = options;
  const words = useWords(shellWords);
  const { preferences, change } = usePreferences();
  const { view, panel } = shell;
  const isConversation = view.type === 'chat' && view.conversationId !== undefined;

  const copyAnswer = async (): Promise<void> => {
    const last = branch.findLast(hasAnswer);
    if (last === undefined) return;
    try {
      await navigator.clipboard.writeText(messageText(toMessage(last.answer)));
      shell.notify({ text: words.copied });
    } catch {
      shell.showProblem(words.copyFailed);
    }
  };
  const toggleRail = (): void => {
    if (window.matchMedia(phone).matches) drawer[drawer.isOpen ? 'close' : 'open']();
    else change({ rail: preferences.rail === 'shown' ? 'hidden' : 'shown' });
  };
  const toggleOverlay = (next: Overlay): void =>
    shell.openOverlay(overlay === next ? undefined : next);

  return {
    palette: () => toggleOverlay('palette'),
    shortcuts: () => toggleOverlay('shortcuts'),
    'new-chat'() {
      shell.open({ type: 'chat', conversationId: undefined });
      focusComposer();
    },
    rail: toggleRail,
    'copy-answer': branch.some(hasAnswer) ? () => void copyAnswer() : undefined,
    behind: isConversation
      ? () => shell.openPanel(panel?.type === 'behind' ? undefined : { type: 'behind' })
      : undefined,
    print: isConversation ? actions.print : undefined,
  };
}

function hasAnswer({ answer }: TurnView): boolean {
  return answer.content.some((block) => block.type === 'text' && block.text !== '');
}

/** Puts the focus into the composer once it is drawn. */
export function focusComposer(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>('.composer textarea')?.focus();
  });
}
