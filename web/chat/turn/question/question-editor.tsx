'use client';

import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Button } from '../../../parts/button.tsx';
import { usePreferences } from '../../../preferences/use-preferences.tsx';
import { useWords } from '../../../words/use-words.ts';
import { sends } from '../../send-key.ts';
import { turnWords } from '../words.ts';

export interface QuestionEditorProps {
  readonly text: string;
  readonly onEdit: (text: string) => void;
  readonly onClose: () => void;
}

/** The field in which a question is edited. */
export function QuestionEditor({ text, onEdit, onClose }: QuestionEditorProps): ReactNode {
  const words = useWords(turnWords);
  const { preferences } = usePreferences();
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
    const { nativeEvent } = event;
    if (event.key === 'Escape' && !nativeEvent.isComposing) onClose();
    if (!sends(nativeEvent, preferences.sendWith)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="editing">
      <textarea
        ref={field}
        value={draft}
        aria-label={words.editField}
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
