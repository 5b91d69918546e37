'use client';

import { useMemo, useRef } from 'react';
import type { Shell } from '../../../shell/shell-context.tsx';
import { useWords } from '../../../words/use-words.ts';
import { renameConversation } from '../../api.ts';
import { tellOtherTabs } from '../../other-tabs.ts';
import { describeProblem } from '../../turn/describe-problem.ts';
import type { Conversations } from '../../use-conversations.ts';
import { problemWords } from '../../problem-words.ts';
import type { ExportFormat } from './export-conversation.ts';
import { titleText } from '../title.tsx';
import { usePrint } from './use-print.ts';
import { useRemoval } from './use-removal.ts';
import { listWords } from '../words.ts';

/** What the reader can do with a conversation as a whole. */
export interface ConversationActions {
  /** Shows the new title at once, and the old one again if it is refused. */
  rename(conversationId: string, title: string): void;
  /** Hides the conversation at once, and deletes it when the time to undo is over. */
  remove(conversationId: string): void;
  /** Downloads the whole conversation as a file. */
  exportAs(conversationId: string, format: ExportFormat): void;
  /** Prints the open conversation, with the turns that are not loaded yet. */
  print(): void;
}

/** Returns the actions on whole conversations. What fails is said in words and taken back. */
export function useConversationActions(chat: Conversations, page: Shell): ConversationActions {
  const { list, conversation } = chat;
  const words = useWords(listWords);
  const problems = useWords(problemWords);
  const titleOf = (id: string): string => titleText(list.titleOf(id) ?? conversation.title ?? '');
  const fail = (text: string, error: unknown): void =>
    page.showProblem(`${text} ${describeProblem(error, problems).message}`);

  const rename = async (id: string, title: string): Promise<void> => {
    const restore = list.change(id, { type: 'renamed', title });
    try {
      await renameConversation(id, title);
      list.refresh();
      tellOtherTabs();
    } catch (error) {
      restore();
      fail(words.renameFailed(titleOf(id)), error);
    }
  };

  const exportAs = async (id: string, format: ExportFormat): Promise<void> => {
    try {
      const { exportConversation } = await import('./export-conversation.ts');
      await exportConversation(id, format, words.fileName);
    } catch (error) {
      fail(words.exportFailed(titleOf(id)), error);
    }
  };

  const latest = useRef<ConversationActions>(undefined);
  const print = usePrint(conversation, () => page.showProblem(words.printFailed));
  const remove = useRemoval(chat, page);
  latest.current = {
    rename: (id, title) => void rename(id, title),
    remove,
    exportAs: (id, format) => void exportAs(id, format),
    print,
  };
  // The same object for as long as the page is shown, so that rows are not rendered for nothing.
  return useMemo(
    () => ({
      rename: (...change) => latest.current?.rename(...change),
      remove: (id) => latest.current?.remove(id),
      exportAs: (...file) => latest.current?.exportAs(...file),
      print: () => latest.current?.print(),
    }),
    [],
  );
}
