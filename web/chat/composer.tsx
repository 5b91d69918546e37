import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { hasTouchKeyboard, isSendKey } from './send-key.ts';
import type { Words } from './words.ts';

export interface ComposerProps {
  readonly words: Words;
  /** The conversation that is shown; undefined for a new one, whose first message is expected. */
  readonly conversationId: string | undefined;
  readonly isBusy: boolean;
  readonly onSend: (text: string) => void;
  /** Stops the answer in progress; undefined if there is none. */
  readonly onStop: (() => void) | undefined;
}

/** The field for a new message. While an answer streams, the reader can type but not send. */
export function Composer(props: ComposerProps): ReactNode {
  const { words, conversationId, isBusy, onSend, onStop } = props;
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // A field with the focus would open a keyboard over half of a phone.
    if (conversationId === undefined && !hasTouchKeyboard()) field.current?.focus();
  }, [conversationId]);
  const isTooLong = text.length > maxMessageLength;
  const canSend = !isBusy && !isTooLong && text.trim() !== '';
  const send = (): void => {
    if (!canSend) return;
    onSend(text.trim());
    setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { nativeEvent } = event;
    if (event.key === 'Escape' && !nativeEvent.isComposing) onStop?.();
    if (!isSendKey(nativeEvent) || hasTouchKeyboard()) return;
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
      <MainButton words={words} canSend={canSend} onStop={onStop} />
    </form>
  );
}

interface MainButtonProps extends Pick<ComposerProps, 'words' | 'onStop'> {
  readonly canSend: boolean;
}

/** The Send button. While an answer streams it is the Stop button. */
function MainButton({ words, canSend, onStop }: MainButtonProps): ReactNode {
  if (onStop === undefined) {
    return (
      <button type="submit" disabled={!canSend} aria-label={words.send} title={words.send}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M10 16V4m0 0L5 9m5-5 5 5" />
        </svg>
      </button>
    );
  }
  return (
    <button type="button" aria-label={words.stop} title={words.stop} onClick={onStop}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <rect x="6" y="6" width="8" height="8" rx="1" fill="currentColor" />
      </svg>
    </button>
  );
}
