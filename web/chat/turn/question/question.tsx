'use client';

import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from '../../../parts/button.tsx';
import { useWords } from '../../../words/use-words.ts';
import { Visible } from '../../visible.tsx';
import type { Alternatives } from '../branches.ts';
import { CopyButton } from '../copy-button.tsx';
import { Pager } from '../pager.tsx';
import { QuestionEditor } from './question-editor.tsx';
import { QuestionFiles } from './question-files.tsx';
import type { TurnView } from '../turn-view.ts';
import { turnWords } from '../words.ts';

export interface QuestionProps {
  readonly turn: TurnView;
  /** The versions of the question. */
  readonly versions: Alternatives;
  /** Sends an edited question as an alternative; undefined while that is not possible. */
  readonly onEdit: ((text: string) => void) | undefined;
  readonly onShow: (turn: TurnView) => void;
  readonly isEditing: boolean;
  readonly setEditing: (isEditing: boolean) => void;
}

/** The reader's message, with what can be done with it. */
export function Question(props: QuestionProps): ReactNode {
  const { turn, versions, onEdit, onShow, isEditing, setEditing } = props;
  const { question, attachments = [], turnId } = turn;
  const words = useWords(turnWords);
  const editButton = useRef<HTMLDivElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) editButton.current?.querySelector('button')?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  if (isEditing && onEdit !== undefined) {
    return <QuestionEditor text={question} onEdit={onEdit} onClose={() => setEditing(false)} />;
  }
  return (
    <div className="asked">
      <QuestionFiles attachments={attachments} />
      <QuestionText text={question} />
      <div className="asked-actions" ref={editButton}>
        {onEdit !== undefined && turnId !== undefined && (
          <IconButton icon="edit" label={words.edit} onClick={() => setEditing(true)} />
        )}
        <CopyButton text={question} />
        <Pager label={words.questionVersions} alternatives={versions} onShow={onShow} />
      </div>
    </div>
  );
}

/** A long question is folded. */
function QuestionText({ text }: { readonly text: string }): ReactNode {
  const words = useWords(turnWords);
  const box = useRef<HTMLDivElement>(null);
  const [isLong, setLong] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    const { scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    setLong(scrollHeight > clientHeight + 1);
  }, [text]);
  return (
    <>
      <article
        className={isOpen ? 'question' : 'question folded'}
        data-long={isLong && !isOpen}
        aria-label={words.you}
      >
        <div ref={box} className="question-text">
          <Visible text={text} />
        </div>
      </article>
      {isLong && (
        <Button
          kind="bare"
          className="show-all"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? words.showLess : words.showAll}
        </Button>
      )}
    </>
  );
}
