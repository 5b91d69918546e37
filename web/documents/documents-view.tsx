'use client';

import { useRef, useState, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import { extensions } from './upload/check-file.ts';
import { DocumentList } from './document-list.tsx';
import styles from './documents.module.css';
import { DropArea } from './upload/drop-area.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { uploadFiles } from './upload/uploads.ts';
import { useDocuments } from './use-documents.ts';
import { documentsWords } from './words.ts';

/** The reader's documents: uploads, what their workflows do, and results. */
export function DocumentsView(): ReactNode {
  const words = useWords(documentsWords);
  const { documents: title } = useWords(shellWords);
  const [isPasting, setPasting] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const choose = (): void => picker.current?.click();
  const list = useDocuments();
  return (
    <DropArea onFiles={uploadFiles}>
      <div className="view">
        <div className="view-head">
          <h1>{title}</h1>
          <Button onClick={() => setPasting(true)}>{words.pasteText}</Button>
          <Button kind="primary" icon="upload" onClick={choose}>
            {words.upload}
          </Button>
          <input
            ref={picker}
            type="file"
            hidden
            multiple
            accept={extensions.join(',')}
            onChange={({ target }) => {
              uploadFiles([...(target.files ?? [])]);
              target.value = '';
            }}
          />
        </div>
        <p className={styles['drop']}>{words.drop}</p>
        <DocumentList list={list} onChoose={choose} />
      </div>
      {isPasting && (
        <PasteDialog
          onClose={() => setPasting(false)}
          onAdded={(id) => {
            setPasting(false);
            list.select(id);
            void list.refresh().catch(() => undefined);
          }}
        />
      )}
    </DropArea>
  );
}
