import type { ReactNode } from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Meter } from '../../parts/meter.tsx';
import { State } from '../../parts/state.tsx';
import { fileSize, formatNumber } from '../../requests/formats.ts';
import { useDescribe } from '../../requests/use-describe.ts';
import { requestWords } from '../../requests/words.ts';
import { useWords } from '../../words/use-words.ts';
import styles from '../documents.module.css';
import { dismissUpload, retryUpload, type Upload } from './uploads.ts';
import { documentsWords } from '../words.ts';
import shared from '../../requests/requests.module.css';

export interface UploadRowProps {
  readonly upload: Upload;
  /** Opens the browser's own choice of files. */
  readonly onChoose: () => void;
}

/** A file on its way, or one that was refused or has failed. */
export function UploadRow({ upload, onChoose }: UploadRowProps): ReactNode {
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const { file, state } = upload;
  const isSending = state.type === 'sending';
  return (
    <li className={`${shared['row']} ${styles['file']}`} data-upload={state.type}>
      <Icon name={isSending ? 'upload' : 'document'} />
      <div>
        <b className={styles['name']}>{file.name}</b>
        <UploadFacts upload={upload} />
      </div>
      <UploadState upload={upload} onChoose={onChoose} />
      <IconButton
        icon="close"
        className={styles['more']}
        label={isSending ? common.cancel : words.remove}
        onClick={() => dismissUpload(upload)}
      />
    </li>
  );
}

function UploadFacts({ upload: { file, state } }: { readonly upload: Upload }): ReactNode {
  const words = useWords(documentsWords);
  const describe = useDescribe();
  switch (state.type) {
    case 'refused':
      return (
        <small role="alert">
          {fileSize(file.size)} · {words.refusals[state.refusal]}
        </small>
      );
    case 'failed':
      return (
        <small role="alert">
          {words.uploadFailed} {describe(state.error)}
        </small>
      );
    case 'sending': {
      const { sentBytes, secondsLeft } = state;
      const sent = words.sent(fileSize(sentBytes), fileSize(file.size));
      const left = secondsLeft === undefined ? [] : [words.timeLeft(formatNumber(secondsLeft))];
      return (
        <>
          <small>{[sent, ...left].join(' · ')}</small>
          <Meter label={words.uploadProgress(file.name)} share={sentBytes / file.size} isProgress />
        </>
      );
    }
  }
}

function UploadState({ upload, onChoose }: UploadRowProps): ReactNode {
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const { file, state } = upload;
  switch (state.type) {
    case 'refused':
      return (
        <Button
          onClick={() => {
            dismissUpload(upload);
            onChoose();
          }}
        >
          {words.chooseAnother}
        </Button>
      );
    case 'failed':
      return <Button onClick={() => retryUpload(upload)}>{common.tryAgain}</Button>;
    case 'sending': {
      const percent = formatNumber(state.sentBytes / file.size, { style: 'percent' });
      return <State kind="idle">{words.uploading(percent)}</State>;
    }
  }
}
