'use client';

import type { ReactNode } from 'react';
import { EndingCard } from '../turn/ending/ending-card.tsx';
import { endingWords } from '../turn/ending/words.ts';
import type { QueuedMessage } from '../turn/conversation-state.ts';
import { QuestionFiles } from '../turn/question/question-files.tsx';
import { turnWords } from '../turn/words.ts';
import { useWords } from '../../words/use-words.ts';

export interface QueuedProps {
  readonly message: QueuedMessage;
  readonly onCancel: () => void;
}

/** A message that is sent when the answer in progress has ended. */
export function Queued({ message, onCancel }: QueuedProps): ReactNode {
  const words = useWords(turnWords);
  const { queued } = useWords(endingWords);
  const { text, attachments = [] } = message;
  return (
    <section className="turn" data-state="queued">
      <div className="asked">
        <QuestionFiles attachments={attachments} />
        <article className="question" aria-label={words.you}>
          {text}
        </article>
      </div>
      <EndingCard
        ending={{ kind: 'wait', icon: 'clock', ...queued, actions: ['cancel'] }}
        isAnnounced={false}
        onAction={onCancel}
      />
    </section>
  );
}
