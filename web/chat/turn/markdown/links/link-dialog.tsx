import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useWords } from '../../../../words/use-words.ts';
import { words as dictionary } from '../words.ts';
import { rel } from './link-target.ts';
import styles from './link.module.css';

export interface LinkDialogProps {
  readonly url: string;
  /** Called when the reader has decided, or pressed Escape. */
  readonly onClose: () => void;
}

/** Shows the whole address that a link leads to, and opens it in a new tab if the reader wants. */
export function LinkDialog({ url, onClose }: LinkDialogProps): ReactNode {
  const words = useWords(dictionary);
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return createPortal(
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onKeyDown={keepEscape}
    >
      <h2 id={titleId}>{words.linkTitle}</h2>
      <p className={styles.address}>
        <Address url={url} />
      </p>
      <p className={styles.hint}>{words.linkHint}</p>
      <div className={styles.buttons}>
        <button type="button" onClick={close}>
          {words.cancel}
        </button>
        <a href={url} target="_blank" rel={rel} onClick={close}>
          {words.open}
        </a>
      </div>
    </dialog>,
    document.body,
  );
}

/** Escape closes the dialog, and nothing else of the page. */
function keepEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.stopPropagation();
}

/** An address with its host in bold: the only part that says whose it is. */
function Address({ url }: { readonly url: string }): ReactNode {
  const { host } = new URL(url);
  const end = url.indexOf('/', url.indexOf('//') + 2);
  const begin = host === '' ? 0 : url.lastIndexOf(host, end);
  return (
    <>
      {url.slice(0, begin)}
      <b>{url.slice(begin, begin + host.length)}</b>
      {url.slice(begin + host.length)}
    </>
  );
}
