'use client';

import { ChatError } from '#domain/errors.ts';
import { chosenBranches } from '../../drafts/chosen-branch.ts';
import { forgetDraft } from '../../drafts/use-draft.ts';
import type { Shell } from '../../shell/shell-context.tsx';
import { currentView } from '../../shell/view.ts';
import { useWords } from '../../words/use-words.ts';
import { deleteConversation, renameConversation } from '../api.ts';
import { tellOtherTabs } from '../other-tabs.ts';
import { describeProblem } from '../turn/describe-problem.ts';
import type { Conversations } from '../use-conversations.ts';
import { words as chatWords } from '../words.ts';
import type { ExportFormat } from './export-conversation.ts';
import { focusConversation } from './focus-conversation.ts';
import { titleText } from './title.tsx';
import { listWords } from './words.ts';

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

type Page = Pick<Shell, 'account' | 'open' | 'notify' | 'showProblem'>;

/** Returns the actions on whole conversations. What fails is said in words and taken back. */
export function useConversationActions(
  { list, conversation }: Conversations,
  page: Page,
): ConversationActions {
  const words = useWords(listWords);
  const problems = useWords(chatWords);
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

  const remove = (id: string): void => {
    const title = titleOf(id);
    const isOpen = id === conversation.conversationId;
    const restore = list.change(id, { type: 'deleted' });
    if (isOpen) page.open({ type: 'chat', conversationId: undefined });
    const finish = async (): Promise<void> => {
      try {
        await deleteConversation(id);
        forgetDraft(page.account, id);
        chosenBranches(page.account).write(id, undefined);
        tellOtherTabs();
      } catch (error) {
        restore();
        const isBusy = error instanceof ChatError && error.code === 'conflict';
        if (isBusy) page.showProblem(words.deleteBusy(title));
        else fail(words.deleteFailed(title), error);
      }
    };
    page.notify({
      text: words.deleted(title),
      undo() {
        restore();
        if (isOpen && isEmptyChat()) page.open({ type: 'chat', conversationId: id });
        focusConversation(id);
      },
      onExpire: () => void finish(),
    });
  };

  const exportAs = async (id: string, format: ExportFormat): Promise<void> => {
    try {
      const { exportConversation } = await import('./export-conversation.ts');
      await exportConversation(id, format, words.fileName);
    } catch (error) {
      fail(words.exportFailed(titleOf(id)), error);
    }
  };

  const print = async (): Promise<void> => {
    if (!(await conversation.loadAll())) return page.showProblem(words.printFailed);
    // What was loaded must have been drawn.
    requestAnimationFrame(() => setTimeout(() => window.print()));
  };

  return {
    rename: (id, title) => void rename(id, title),
    remove,
    exportAs: (id, format) => void exportAs(id, format),
    print: () => void print(),
  };
}

function isEmptyChat(): boolean {
  const view = currentView();
  return view.type === 'chat' && view.conversationId === undefined;
}
