'use client';

import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import { Button } from '../parts/button.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { Failed } from '../requests/failed.tsx';
import { useDescribe } from '../requests/use-describe.ts';
import { usePages } from '../requests/use-pages.ts';
import { usePolling } from '../requests/use-polling.ts';
import { useRemoval } from '../requests/use-removal.ts';
import { requestWords } from '../requests/words.ts';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import { extensions } from './check-file.ts';
import { deleteDocument, listDocuments } from './document-api.ts';
import { DocumentDetailsSection } from './document-details.tsx';
import { DocumentRow } from './document-row.tsx';
import { isOpen } from './document-state.ts';
import styles from './documents.module.css';
import { DropArea } from './drop-area.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { UploadRow } from './upload-row.tsx';
import { onArrival, uploadFiles, useUploads } from './uploads.ts';
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
        <p className={`${styles['drop']} only-desk`}>{words.drop}</p>
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

interface DocumentsList {
  readonly documents: readonly DocumentEntryJson[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly selected: DocumentEntryJson | undefined;
  select(id: string): void;
  refresh(): Promise<unknown>;
  loadMore(): void;
  remove(document: DocumentEntryJson, name: string): void;
}

function useDocuments(): DocumentsList {
  const pages = usePages(listDocuments, idOf);
  const { refresh } = pages;
  const [chosen, select] = useState<string>();
  const removal = useRemoval(pages.remove);
  const uploads = useUploads();
  useEffect(
    () =>
      onArrival((id) => {
        select(id);
        void refresh().catch(() => undefined);
      }),
    [refresh],
  );
  // A file on its way has a row of its own.
  const sending = new Set(uploads.map(({ state }) => state.type !== 'refused' && state.documentId));
  const documents = pages.items?.filter(
    ({ document_id: id }) => !removal.hidden.has(id) && !sending.has(id),
  );
  // A file that has just arrived starts its workflow within seconds.
  const mayStart = documents?.some(
    ({ document_id: id, status }) => id === chosen && status === 'awaiting_upload',
  );
  usePolling(mayStart === true || documents?.some(isOpen) === true, async () => {
    const latest = await refresh();
    return JSON.stringify(latest.map(({ status, step }) => [status, step]));
  });
  return {
    documents,
    error: pages.error,
    hasMore: pages.hasMore,
    selected: documents?.find((each) => idOf(each) === chosen) ?? documents?.find(isShown),
    select,
    refresh,
    loadMore: pages.loadMore,
    remove: (document, name) => {
      const { kind, document_id: id } = document;
      removal.remove({ id, name, send: () => deleteDocument(kind, id) });
    },
  };
}

function idOf({ document_id: id }: DocumentEntryJson): string {
  return id;
}

function isShown({ status }: DocumentEntryJson): boolean {
  return status !== 'awaiting_upload';
}

interface DocumentListProps {
  readonly list: DocumentsList;
  readonly onChoose: () => void;
}

function DocumentList({ list, onChoose }: DocumentListProps): ReactNode {
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const describe = useDescribe();
  const uploads = useUploads();
  const rows = useRef<HTMLUListElement>(null);
  const { documents, selected, error } = list;
  const isEmpty = documents?.length === 0 && uploads.length === 0;
  const remove = (document: DocumentEntryJson, name: string): void => {
    const at = documents?.indexOf(document) ?? 0;
    list.remove(document, name);
    // The next row has the focus, after React has taken this one away.
    requestAnimationFrame(() => {
      const buttons = rows.current?.querySelectorAll<HTMLElement>('[data-document]') ?? [];
      (buttons[at] ?? buttons[at - 1])?.focus();
    });
  };
  return (
    <>
      {error !== undefined && (
        <Failed
          title={common.listFailed}
          text={describe(error)}
          onRetry={() => void list.refresh().catch(() => undefined)}
        />
      )}
      {documents === undefined && error === undefined && (
        <p className={styles['hint']}>{common.loading}</p>
      )}
      {isEmpty && (
        <div className={styles['empty']}>
          <Nothing icon="document" title={words.none} text={words.noneHint} />
        </div>
      )}
      <ul ref={rows} className={styles['files']} aria-label={words.list}>
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} onChoose={onChoose} />
        ))}
        {documents?.map((document) => (
          <DocumentRow
            key={idOf(document)}
            document={document}
            isSelected={document === selected}
            onSelect={() => list.select(idOf(document))}
            onRemove={remove}
          />
        ))}
      </ul>
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
