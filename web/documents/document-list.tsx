'use client';

import { useRef, type ReactNode } from 'react';
import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import { Button } from '../parts/button.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { Failed } from '../requests/failed.tsx';
import { useDescribe } from '../requests/use-describe.ts';
import { requestWords } from '../requests/words.ts';
import { useWords } from '../words/use-words.ts';
import { DocumentDetailsSection } from './document-details.tsx';
import { DocumentRow } from './document-row.tsx';
import styles from './documents.module.css';
import { UploadRow } from './upload/upload-row.tsx';
import { useUploads } from './upload/uploads.ts';
import { idOf, isShown, type DocumentsView } from './use-documents.ts';
import { documentsWords } from './words.ts';

export interface DocumentListProps {
  readonly list: DocumentsView;
  readonly onChoose: () => void;
}

/** The uploads and documents, and the details of the chosen one. */
export function DocumentList({ list, onChoose }: DocumentListProps): ReactNode {
  const common = useWords(requestWords);
  const { selected } = list;
  return (
    <>
      <ListState list={list} />
      <Rows list={list} onChoose={onChoose} />
      {list.hasMore && (
        <Button kind="bare" onClick={list.loadMore}>
          {common.showMore}
        </Button>
      )}
      {selected !== undefined && isShown(selected) && (
        <DocumentDetailsSection key={idOf(selected)} entry={selected} />
      )}
    </>
  );
}

/** Says that the list is loading, could not be loaded, or is empty. */
function ListState({
  list: { documents, error, refresh },
}: Pick<DocumentListProps, 'list'>): ReactNode {
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const describe = useDescribe();
  const isEmpty = useUploads().uploads.length === 0 && documents?.length === 0;
  if (error !== undefined) {
    const retry = (): void => void refresh().catch(() => undefined);
    return <Failed title={common.listFailed} text={describe(error)} onRetry={retry} />;
  }
  if (documents === undefined) return <p className={styles['hint']}>{common.loading}</p>;
  return (
    isEmpty && (
      <div className={styles['empty']}>
        <Nothing icon="document" title={words.none} text={words.noneHint} />
      </div>
    )
  );
}

function Rows({ list, onChoose }: DocumentListProps): ReactNode {
  const words = useWords(documentsWords);
  const { uploads } = useUploads();
  const rows = useRef<HTMLUListElement>(null);
  const { documents = [], selected } = list;
  const remove = (document: DocumentEntryJson, name: string): void => {
    const at = documents.indexOf(document);
    list.remove(document, name);
    // The next row has the focus, after React has taken this one away.
    requestAnimationFrame(() => {
      const buttons = rows.current?.querySelectorAll<HTMLElement>('[data-document]') ?? [];
      (buttons[at] ?? buttons[at - 1])?.focus();
    });
  };
  return (
    <ul ref={rows} className={styles['files']} aria-label={words.list}>
      {uploads.map((upload) => (
        <UploadRow key={upload.id} upload={upload} onChoose={onChoose} />
      ))}
      {documents.map((document) => (
        <DocumentRow
          key={idOf(document)}
          document={document}
          isSelected={document === selected}
          onSelect={() => list.select(idOf(document))}
          onRemove={remove}
        />
      ))}
    </ul>
  );
}
