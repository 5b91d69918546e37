import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { maxMessageLength } from '#protocol/chat-request.ts';
import { sendsMessage } from './sends-message.ts';
import type { Words } from './words.ts';

export interface ComposerProps {
  readonly words: Words;
  readonly isBusy: boolean;
  readonly onSend: (text: string) => void;
}

/** Where messages are written. It can be written in while an answer comes, but not sent from. */
export function Composer({ words, isBusy, onSend }: ComposerProps): ReactNode {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const isTooLong = text.length > maxMessageLength;
  const canSend = !isBusy && !isTooLong && text.trim() !== '';
  const send = (): void => {
    if (!canSend) return;
    onSend(text.trim());
    setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (!sendsMessage(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-invalid={isTooLong}
        aria-label={words.messageLabel}
        placeholder={words.placeholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {isTooLong && (
        <p className="too-long" role="alert">
          {words.messageTooLong(maxMessageLength)}
        </p>
      )}
      <button type="submit" disabled={!canSend} aria-label={words.send} title={words.send}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M10 16V4m0 0L5 9m5-5 5 5" />
        </svg>
      </button>
    </form>
  );
}
