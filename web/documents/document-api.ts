import {
  analysisAcceptedJson,
  analysisJson,
  documentAcceptedJson,
  documentJson,
  documentListJson,
  type DocumentEntryJson,
} from '#protocol/document/document-schema.ts';
import * as v from 'valibot';
import { requestJson, sendDelete, sendJson } from '../requests/request-json.ts';
import type { ListPage } from '../requests/use-pages.ts';

export type DocumentKind = DocumentEntryJson['kind'];

/** A document or an analysis with its steps and its result. */
export type DocumentDetails =
  | v.InferOutput<typeof documentJson>
  | v.InferOutput<typeof analysisJson>;

/** Returns one page of documents and analyses, newest first. Throws a `ChatError`. */
export async function listDocuments(cursor?: string): Promise<ListPage<DocumentEntryJson>> {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const { documents, ...page } = await requestJson(documentListJson, `/documents${query}`);
  return { items: documents, ...page };
}

/** Returns a document as it is. Throws a `ChatError`. */
export async function readDocument(kind: DocumentKind, id: string): Promise<DocumentDetails> {
  return requestJson(v.union([documentJson, analysisJson]), pathOf(kind, id));
}

/** Deletes a document with its files. Throws a `ChatError`. */
export async function deleteDocument(kind: DocumentKind, id: string): Promise<void> {
  return sendDelete(pathOf(kind, id));
}

/** Adds a text and returns its id. The key makes it the same one if it is sent again. */
export async function addText(kind: DocumentKind, text: string, key: string): Promise<string> {
  const sent = { body: { text }, key };
  if (kind === 'summary') {
    return (await sendJson(documentAcceptedJson, '/documents', sent)).document_id;
  }
  return (await sendJson(analysisAcceptedJson, '/analyses', sent)).analysis_id;
}

/** Adds a file and returns where it is uploaded; nowhere if it has arrived before. */
export async function addFile(
  { name, size }: { readonly name: string; readonly size: number },
  key: string,
): Promise<v.InferOutput<typeof documentAcceptedJson>> {
  return sendJson(documentAcceptedJson, '/documents', { body: { name, size }, key });
}

function pathOf(kind: DocumentKind, id: string): string {
  return `/${kind === 'summary' ? 'documents' : 'analyses'}/${encodeURIComponent(id)}`;
}
