import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import type { StateKind } from '../parts/state.tsx';
import type { DocumentsWords } from './words.ts';

export type DocumentStatus = DocumentEntryJson['status'];

/** Returns whether a workflow works on a document, or is about to. */
export function isOpen({ status }: { readonly status: DocumentStatus }): boolean {
  return status === 'queued' || status === 'running';
}

/** How each state of a document looks. */
export const stateKinds: Readonly<Record<DocumentStatus, StateKind>> = {
  awaiting_upload: 'idle',
  queued: 'idle',
  running: 'run',
  succeeded: 'good',
  failed: 'bad',
};

/** Returns what a document is called: the server has one name for all texts. */
export function nameOf({ name }: Pick<DocumentEntryJson, 'name'>, words: DocumentsWords): string {
  return name === 'text.txt' ? words.pasted : name;
}

/** Returns in words why a document could not be processed. */
export function failureOf(
  { error }: Pick<DocumentEntryJson, 'error'>,
  words: DocumentsWords,
): string | undefined {
  if (error === undefined) return undefined;
  const { reason, detail } = error;
  return reason === undefined ? words.otherFailure(detail) : words.failures[reason];
}
