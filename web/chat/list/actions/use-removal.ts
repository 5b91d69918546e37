'use client';

import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import { ChatError } from '#domain/errors.ts';
import { chosenBranches } from '../../../drafts/chosen-branch.ts';
import { forgetDraft } from '../../../drafts/use-draft.ts';
import type { Shell } from '../../../shell/shell-context.tsx';
import { currentView } from '../../../shell/view.ts';
import { useWords } from '../../../words/use-words.ts';
import { deleteConversation } from '../../api.ts';
import { tellOtherTabs } from '../../other-tabs.ts';
import { describeProblem } from '../../turn/describe-problem.ts';
import type { Conversations } from '../../use-conversations.ts';
import { problemWords } from '../../problem-words.ts';
import { focusConversation } from '../focus-conversation.ts';
import { titleText } from '../title.tsx';
import { listWords } from '../words.ts';

/**
 * Returns a function that hides a conversation at once, and deletes it when the time to undo is over.
 * One that cannot be deleted is shown again.
 */
export function useRemoval(
  { list, conversation }: Conversations,
  { account, open, notify, showProblem }: Shell,
): (conversationId: string) => void {
  const words = useWords(listWords);
  const problems = useWords(problemWords);

  const problemOf = (title: string, error: unknown): string => {
    const isBusy = error instanceof ChatError && error.code === 'conflict';
    if (isBusy) return words.deleteBusy(title);
    return `${words.deleteFailed(title)} ${describeProblem(error, problems).message}`;
  };
  return (id) => {
    const title = titleText(list.titleOf(id) ?? conversation.title ?? '');
    const isOpen = id === conversation.conversationId;
    const next = neighbourOf(id, list.conversations ?? []);
    const restore = list.change(id, { type: 'deleted' });
    focusConversation(next?.conversation_id);
    if (isOpen) open({ type: 'chat', conversationId: undefined });
    const finish = async (): Promise<void> => {
      try {
        await deleteConversation(id);
        forgetDraft(account, id);
        chosenBranches(account).write(id, undefined);
        tellOtherTabs();
      } catch (error) {
        restore();
        showProblem(problemOf(title, error));
      }
    };
    notify({
      text: words.deleted(title),
      undo() {
        restore();
        if (isOpen && isEmptyChat()) open({ type: 'chat', conversationId: id });
        focusConversation(id);
      },
      onExpire: () => void finish(),
    });
  };
}

/** Returns the conversation below another one in the list, or above the last one. */
function neighbourOf(
  id: string,
  conversations: readonly ConversationJson[],
): ConversationJson | undefined {
  const index = conversations.findIndex(({ conversation_id: each }) => each === id);
  return conversations[index + 1] ?? conversations[index - 1];
}

function isEmptyChat(): boolean {
  const view = currentView();
  return view.type === 'chat' && view.conversationId === undefined;
}
