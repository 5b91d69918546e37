import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { isSendKey } from '../send-key.ts';
import { Visible } from '../visible.tsx';
import type { Words } from '../words.ts';

export interface QuestionProps {
  readonly words: Words;
  readonly text: string;
  /** Sends an edited question as an alternative; undefined while that is not possible. */
  readonly onEdit: ((text: string) => void) | undefined;
}

/** The reader's message, with a button to edit it. */
export function Question({ words, text, onEdit }: QuestionProps): ReactNode {
  const [isEditing, setEditing] = useState(false);
  if (isEditing && onEdit !== undefined) {
    return <Editor words={words} text={text} onEdit={onEdit} onClose={() => setEditing(false)} />;
  }
  return (
    <div className="asked">
      <article className="question" aria-label={words.you}>
        <Visible text={text} />
      </article>
      <div className="asked-actions">
        {onEdit !== undefined && (
          <IconButton
            icon="edit"
            size="small"
            label={words.edit}
            onClick={() => setEditing(true)}
          />
        )}
      </div>
    </div>
  );
}

interface EditorProps {
  readonly words: Words;
  readonly text: string;
  readonly onEdit: (text: string) => void;
  readonly onClose: () => void;
}

function Editor({ words, text, onEdit, onClose }: EditorProps): ReactNode {
  const [draft, setDraft] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const canSend = draft.trim() !== '' && draft.length <= maxMessageLength;
  const send = (): void => {
    if (!canSend) return;
    onClose();
    onEdit(draft.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onClose();
    if (!isSendKey(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="editing">
      <textarea
        ref={field}
        value={draft}
        aria-label={words.edit}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button onClick={onClose}>{words.cancel}</Button>
      <Button kind="primary" disabled={!canSend} onClick={send}>
        {words.send}
      </Button>
    </div>
  );
}
