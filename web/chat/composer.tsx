import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { useEffect, useRef, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { usePreferences } from '../preferences/use-preferences.tsx';
import { useDraft } from '../drafts/use-draft.ts';
import { Icon } from '../parts/icon.tsx';
import { hasTouchKeyboard, sends } from './send-key.ts';
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
  const { preferences } = usePreferences();
  const [text, setText] = useDraft(conversationId);
  const field = useRef<HTMLTextAreaElement>(null);
  useFocusOnArrival(field, conversationId);
  const isTooLong = text.length > maxMessageLength;
  const canSend = !isBusy && !isTooLong && text.trim() !== '';
  const send = (): void => {
    if (!canSend) return;
    onSend(text.trim());
    setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) onStop?.();
    if (!sends(event.nativeEvent, preferences.sendWith)) return;
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
      <div className="tools">
        <span className="gap" />
        <MainButton words={words} canSend={canSend} onStop={onStop} />
      </div>
    </form>
  );
}

/** Puts the focus into the field of a new conversation. */
function useFocusOnArrival(
  field: RefObject<HTMLTextAreaElement | null>,
  conversationId: string | undefined,
): void {
  useEffect(() => {
    // A field with the focus would open a keyboard over half of a phone.
    if (conversationId === undefined && !hasTouchKeyboard()) field.current?.focus();
  }, [field, conversationId]);
}

interface MainButtonProps extends Pick<ComposerProps, 'words' | 'onStop'> {
  readonly canSend: boolean;
}

/** The Send button. While an answer streams, the Stop button has its place. */
function MainButton({ words, canSend, onStop }: MainButtonProps): ReactNode {
  if (onStop === undefined) {
    return (
      <button
        key="send"
        type="submit"
        className="send"
        disabled={!canSend}
        aria-label={words.send}
        title={words.send}
      >
        <Icon name="send" />
      </button>
    );
  }
  return (
    <button
      key="stop"
      type="button"
      className="send stop"
      aria-label={words.stop}
      title={words.stop}
      onClick={onStop}
    >
      <Icon name="stop" />
    </button>
  );
}
