'use client';

import type { ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useWords } from '../../words/use-words.ts';
import { sizeText } from './check-file.ts';
import type { DraftFile, DraftFiles } from './use-attachments.ts';
import { attachmentWords } from './words.ts';

/** The files of the next message, and why others were not accepted. */
export function DraftFileList({ files, problems, remove, retry }: DraftFiles): ReactNode {
  const words = useWords(attachmentWords);
  return (
    <>
      {files.length > 0 && (
        <ul className="attachments" aria-label={words.files}>
          {files.map((file) => (
            <li key={file.key} className="attachment" data-state={file.state}>
              <Sign {...file} />
              <span className="attachment-name">{file.name}</span>
              <span className="quiet num">{sizeText(file.size)}</span>
              {file.state === 'uploading' && (
                <progress value={file.progress} aria-label={words.progress(file.name)} />
              )}
              {file.state === 'failed' && (
                <IconButton
                  icon="again"
                  size="small"
                  label={words.tryAgain}
                  onClick={() => retry(file.key)}
                />
              )}
              <IconButton
                icon="close"
                size="small"
                label={words.remove(file.name)}
                onClick={() => remove(file.key)}
              />
            </li>
          ))}
        </ul>
      )}
      {problems.length > 0 && (
        <div className="too-long" role="alert">
          {problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </div>
      )}
    </>
  );
}

function Sign({ preview }: Pick<DraftFile, 'preview'>): ReactNode {
  if (preview === undefined) return <Icon name="document" size="small" />;
  return <img className="attachment-image" src={preview} alt="" />;
}
