import type { ReactNode } from 'react';
import { Button } from '../../../../parts/button.tsx';
import { Dialog } from '../../../../parts/dialog.tsx';
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
  return (
    <Dialog title={words.linkTitle} onClose={onClose}>
      <p className={styles.address}>
        <Address url={url} />
      </p>
      <p className={styles.hint}>{words.linkHint}</p>
      <div className="dialog-foot">
        <Button onClick={onClose}>{words.cancel}</Button>
        <a className="button primary" href={url} target="_blank" rel={rel} onClick={onClose}>
          {words.open}
        </a>
      </div>
    </Dialog>
  );
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
