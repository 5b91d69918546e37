'use client';

import { useCallback, useEffect, useState } from 'react';
import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import { usePolling } from '../requests/use-polling.ts';
import { readDocument, type DocumentDetails } from './document-api.ts';
import { isOpen } from './document-state.ts';

export interface DocumentState {
  /** Undefined until it has loaded. */
  readonly details: DocumentDetails | undefined;
  readonly error: unknown;
  reload(): void;
}

/** Loads a document with its steps, again and again while its workflow runs. */
export function useDocument({ kind, document_id: id, status }: DocumentEntryJson): DocumentState {
  const [details, setDetails] = useState<DocumentDetails>();
  const [error, setError] = useState<unknown>();
  const load = useCallback(async (): Promise<string> => {
    try {
      const found = await readDocument(kind, id);
      setDetails(found);
      setError(undefined);
      return JSON.stringify(found);
    } catch (failure) {
      setError(failure);
      throw failure;
    }
  }, [kind, id]);
  const reload = useCallback(() => void load().catch(() => undefined), [load]);
  // The list may notice first that the workflow has gone on.
  useEffect(reload, [reload, status]);
  usePolling(isOpen(details ?? { status }), load);
  return { details, error, reload };
}
