'use client';

import { useEffect, useState } from 'react';
import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import { usePages } from '../requests/use-pages.ts';
import { usePolling } from '../requests/use-polling.ts';
import { useRemoval } from '../requests/use-removal.ts';
import { deleteDocument, listDocuments } from './document-api.ts';
import { isOpen } from './document-state.ts';
import { useUploads } from './upload/uploads.ts';

/** The reader's documents, and the one whose details are shown. */
export interface DocumentsView {
  readonly documents: readonly DocumentEntryJson[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly selected: DocumentEntryJson | undefined;
  select(id: string): void;
  refresh(): Promise<unknown>;
  loadMore(): void;
  remove(document: DocumentEntryJson, name: string): void;
}

/** Loads the reader's documents, again and again while a workflow runs. */
export function useDocuments(): DocumentsView {
  const pages = usePages(listDocuments, idOf);
  const { refresh } = pages;
  const [chosen, select] = useState<string>();
  const removal = useRemoval(pages.remove);
  const { uploads, arrived, discarded } = useUploads();
  useEffect(() => {
    const latest = arrived.at(-1);
    if (latest === undefined) return;
    select(latest);
    void refresh().catch(() => undefined);
  }, [arrived, refresh]);
  // A file on its way has a row of its own.
  const sending = uploads.map(({ state }) => state.type !== 'refused' && state.documentId);
  const hidden = new Set([...removal.hidden, ...discarded, ...sending]);
  const documents = pages.items
    ?.filter((document) => !hidden.has(idOf(document)))
    .map((document) => withArrival(document, arrived));
  usePolling(documents?.some(isOpen) === true, async () => {
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

/** A file that has just arrived starts its workflow within seconds. */
function withArrival(document: DocumentEntryJson, arrived: readonly string[]): DocumentEntryJson {
  const isWaiting = document.status === 'awaiting_upload' && arrived.includes(idOf(document));
  return isWaiting ? { ...document, status: 'queued' } : document;
}

/** Returns the id of a document. */
export function idOf({ document_id: id }: DocumentEntryJson): string {
  return id;
}

/** Returns whether a document has details: its file has arrived. */
export function isShown({ status }: DocumentEntryJson): boolean {
  return status !== 'awaiting_upload';
}
