'use client';

import { useState, type ReactNode } from 'react';
import { useShell } from '../shell/shell-context.tsx';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import { Composer } from './composer/composer.tsx';
import { Transcript } from './conversation/lazy-transcript.tsx';
import type { ConversationView } from './conversation/use-conversation.ts';
import { Abilities, Welcome } from './welcome/welcome.tsx';
import { words as chatWords } from './words.ts';

export interface ChatViewProps {
  readonly conversation: ConversationView;
  /** Whether another view is shown. Answers go on arriving. */
  readonly isHidden: boolean;
}

/** The open conversation and the composer, which stands in the middle of a new one. */
export function ChatView({ conversation, isHidden }: ChatViewProps): ReactNode {
  const words = useWords(chatWords);
  const { isLocal, isBilled } = useShell();
  const { localNote } = useWords(shellWords);
  const [editing, edit] = useState<string>();
  const { branch, queue, problem, isLoading, isBusy } = conversation;
  const isEmpty = branch.length === 0 && queue.length === 0 && !isLoading && problem === undefined;
  const last = branch.at(-1);
  const canEdit = !isBusy && last?.turnId !== undefined;
  return (
    <div className="chat" data-empty={isEmpty} hidden={isHidden}>
      {isEmpty ? (
        <Welcome />
      ) : (
        <Transcript words={words} conversation={conversation} editing={editing} onEdit={edit} />
      )}
      <div className="dock">
        <div className="column">
          <Composer
            conversation={conversation}
            isFirst={isEmpty}
            onEditLast={canEdit ? () => edit(last.key) : undefined}
          />
          {isEmpty && <Abilities onChoose={conversation.choose} />}
          {isLocal && !isBilled && <p className="dock-note">{localNote}</p>}
        </div>
      </div>
    </div>
  );
}
