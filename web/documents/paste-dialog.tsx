'use client';

import { useId, useState, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useDescribe } from '../requests/use-describe.ts';
import { useSending } from '../requests/use-sending.ts';
import { requestWords } from '../requests/words.ts';
import { useWords } from '../words/use-words.ts';
import { addText, type DocumentKind } from './document-api.ts';
import styles from './documents.module.css';
import { documentsWords } from './words.ts';

export interface PasteDialogProps {
  readonly onClose: () => void;
  readonly onAdded: (documentId: string) => void;
}

/** The limits of the server (docs/documents.md). */
const maxLengths: Readonly<Record<DocumentKind, number>> = {
  summary: 1_000_000,
  analysis: 100_000,
};

const kinds = ['summary', 'analysis'] as const;

/** Takes a text that is pasted, and what is to be made of it. */
export function PasteDialog({ onClose, onAdded }: PasteDialogProps): ReactNode {
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const form = usePasteForm(onAdded);
  const id = useId();
  const { text, kind, problem } = form;
  return (
    <Dialog title={words.pasteText} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void form.send();
        }}
      >
        <textarea
          className={styles['field']}
          aria-label={words.text}
          aria-invalid={problem !== undefined}
          aria-describedby={id}
          placeholder={words.textPlaceholder}
          value={text}
          onChange={({ target }) => form.setText(target.value)}
        />
        <p id={id} className={styles['error']} role="alert">
          {problem}
        </p>
        <fieldset className={styles['choices']}>
          <legend>{words.whatFor}</legend>
          {kinds.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="kind"
                checked={each === kind}
                onChange={() => form.setKind(each)}
              />
              {words.kinds[each]}
            </label>
          ))}
        </fieldset>
        <div className="dialog-foot">
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="primary" type="submit" disabled={!form.canSend}>
            {words.start}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface PasteForm {
  readonly text: string;
  setText(text: string): void;
  readonly kind: DocumentKind;
  setKind(kind: DocumentKind): void;
  readonly problem: string | undefined;
  readonly canSend: boolean;
  send(): Promise<void>;
}

function usePasteForm(onAdded: (documentId: string) => void): PasteForm {
  const words = useWords(documentsWords);
  const describe = useDescribe();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<DocumentKind>('summary');
  const [failure, setFailure] = useState<string>();
  const { isSending, run } = useSending();
  const isTooLong = text.length > maxLengths[kind];
  return {
    text,
    setText(next) {
      setText(next);
      setFailure(undefined);
    },
    kind,
    setKind,
    problem: isTooLong ? words.textTooLong(formatNumber(maxLengths[kind])) : failure,
    canSend: !isTooLong && !isSending && text.trim() !== '',
    async send() {
      try {
        await run({ kind, text }, async (key) => onAdded(await addText(kind, text, key)));
      } catch (error) {
        setFailure(`${words.textFailed} ${describe(error)}`);
      }
    },
  };
}
