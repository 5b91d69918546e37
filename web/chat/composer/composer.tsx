'use client';

import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import {
  lazy,
  Suspense,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { useDraft } from '../../drafts/use-draft.ts';
import { Icon } from '../../parts/icon.tsx';
import { usePreferences } from '../../preferences/use-preferences.tsx';
import { useWords } from '../../words/use-words.ts';
import { DraftFileList } from '../attachments/draft-files.tsx';
import { FileButton } from '../attachments/file-button.tsx';
import { useDraftFiles, type DraftFiles } from '../attachments/use-attachments.ts';
import { useFileDrop } from '../attachments/use-file-drop.ts';
import { HelpPickers, ModelPicker } from '../choices/pickers.tsx';
import { composerWords } from './words.ts';
import { useTranscriptInTime } from '../conversation/lazy-transcript.tsx';
import type { ConversationView } from '../conversation/use-conversation.ts';
import { hasTouchKeyboard, sends } from '../send-key.ts';
import type { Outgoing } from '../turn/turn-actions.ts';

/** Loaded when it is first opened. */
const SettingsDialog = lazy(async () => ({
  default: (await import('../choices/settings-dialog.tsx')).SettingsDialog,
}));

export interface ComposerProps {
  readonly conversation: Pick<
    ConversationView,
    'conversationId' | 'isLoading' | 'choices' | 'choose' | 'stop' | 'send' | 'returned'
  >;
  /** Whether this is the first message of a new conversation. */
  readonly isFirst: boolean;
  /** Begins to edit the last question; undefined if there is none. */
  readonly onEditLast: (() => void) | undefined;
}

/** The field for a new message. What is written while an answer streams is sent after it. */
export function Composer(props: ComposerProps): ReactNode {
  const { choices, choose, stop } = props.conversation;
  const words = useWords(composerWords);
  const draft = useMessage(props);
  const { drafts, send } = draft;
  const [areSettingsOpen, setSettingsOpen] = useState(false);
  const files = useFileDrop(drafts);
  return (
    <>
      <form
        className="composer"
        data-dropping={files.isOver}
        {...files.handlers}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <DraftFileList {...drafts} />
        <Field
          draft={draft}
          placeholder={placeholderOf(props.isFirst, stop !== undefined, words)}
        />
        <Tools
          conversation={props.conversation}
          draft={draft}
          onOpenSettings={() => setSettingsOpen(true)}
        />
      </form>
      {/* Beside the form, because it has a form of its own. */}
      {areSettingsOpen && (
        <Suspense>
          <SettingsDialog
            choices={choices}
            onChoose={choose}
            onClose={() => setSettingsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}

interface FieldProps {
  readonly draft: MessageDraft;
  readonly placeholder: string;
}

function Field({ draft, placeholder }: FieldProps): ReactNode {
  const { text, setText, field, onKeyDown } = draft;
  const words = useWords(composerWords);
  const isTooLong = text.length > maxMessageLength;
  return (
    <>
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-invalid={isTooLong}
        aria-label={words.messageLabel}
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {isTooLong && (
        <p className="too-long" role="alert">
          {words.tooLong(text.length, maxMessageLength)}
        </p>
      )}
    </>
  );
}

interface ToolsProps extends Pick<ComposerProps, 'conversation'> {
  readonly draft: MessageDraft;
  readonly onOpenSettings: () => void;
}

/** What goes with the message, and the button that sends it. */
function Tools({ conversation, draft, onOpenSettings }: ToolsProps): ReactNode {
  const { choices, choose, stop } = conversation;
  const { drafts, canSend, text } = draft;
  return (
    <div className="tools">
      <FileButton onAdd={drafts.add} />
      <HelpPickers choices={choices} onChoose={choose} />
      <span className="gap" />
      <ModelPicker choices={choices} onChoose={choose} onOpenSettings={onOpenSettings} />
      <MainButton canSend={canSend} hasText={text.trim() !== ''} onStop={stop} />
    </div>
  );
}

interface MessageDraft extends Draft {
  readonly canSend: boolean;
  send(): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** Holds the message that is written, with its files. */
function useMessage({ conversation, onEditLast }: ComposerProps): MessageDraft {
  const { conversationId, isLoading, stop, send: onSend, returned } = conversation;
  const { preferences } = usePreferences();
  const [text, setText] = useDraft(conversationId);
  const drafts = useDraftFiles();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft: Draft = { text, setText, drafts, field };
  useFocusOnArrival(field, conversationId);
  useReturned(returned, draft);
  useTranscriptInTime(text !== '' || conversationId !== undefined);
  useEffect(() => {
    // Another conversation is shown; one that has just begun has taken its files along.
    if (isLoading || conversationId === undefined) drafts.clear();
  }, [conversationId]);
  useEffect(() => {
    // The field can be used before the page's code has arrived.
    const typed = field.current?.value ?? '';
    if (text === '' && typed !== '') setText(typed);
  }, []);
  const isSendable = text.trim() !== '' && text.length <= maxMessageLength && drafts.areReady;
  const canSend = isSendable && !isLoading;
  const send = (): void => {
    if (!canSend) return;
    const attachments = drafts.take();
    setText('');
    onSend({ text: text.trim(), ...(attachments.length === 0 ? {} : { attachments }) });
    field.current?.focus();
  };
  return {
    ...draft,
    canSend,
    send,
    onKeyDown(event) {
      const { nativeEvent } = event;
      if (nativeEvent.isComposing || nativeEvent.keyCode === 229) return;
      if (event.key === 'Escape') stop?.();
      const editsLast = event.key === 'ArrowUp' && text === '' && onEditLast !== undefined;
      const isSent = sends(nativeEvent, preferences.sendWith);
      if (!editsLast && !isSent) return;
      event.preventDefault();
      if (editsLast) onEditLast();
      else send();
    },
  };
}

function placeholderOf(
  isFirst: boolean,
  isAnswering: boolean,
  words: { placeholder: string; placeholderNew: string; placeholderNext: string },
): string {
  if (isAnswering) return words.placeholderNext;
  return isFirst ? words.placeholderNew : words.placeholder;
}

/** Puts the focus into the field on arrival, and in a new conversation. */
function useFocusOnArrival(
  field: RefObject<HTMLTextAreaElement | null>,
  conversationId: string | undefined,
): void {
  const hasArrived = useRef(false);
  useEffect(() => {
    const isExpected = conversationId === undefined || !hasArrived.current;
    hasArrived.current = true;
    // A field with the focus would open a keyboard over half of a phone.
    if (isExpected && !hasTouchKeyboard()) field.current?.focus();
  }, [field, conversationId]);
}

interface Draft {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly drafts: DraftFiles;
  readonly field: RefObject<HTMLTextAreaElement | null>;
}

/** Gives a message back that was given up, unless another one is being written. */
function useReturned(
  returned: Outgoing | undefined,
  { text, setText, drafts, field }: Draft,
): void {
  useEffect(() => {
    if (returned === undefined) return;
    field.current?.focus();
    if (text !== '' || drafts.files.length > 0) return;
    setText(returned.text);
    drafts.restore(returned.attachments ?? []);
  }, [returned]);
}

interface MainButtonProps {
  readonly canSend: boolean;
  readonly hasText: boolean;
  readonly onStop: (() => void) | undefined;
}

/** The Send button. While an answer streams, the Stop button has its place until one writes. */
function MainButton({ canSend, hasText, onStop }: MainButtonProps): ReactNode {
  const words = useWords(composerWords);
  const send = (
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
  if (onStop === undefined) return send;
  return (
    <>
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
      {hasText && send}
    </>
  );
}
