import type { Clock } from '#domain/clock.ts';
import {
  uploadName,
  type Document,
  type DocumentFormat,
  type DocumentKind,
  type Documents,
  type Files,
  type Workflows,
} from '#domain/document/document.ts';
import { deleteDocument } from '#domain/document/remove-document.ts';
import { ownerOf } from '#domain/identity.ts';
import { assertIdempotencyKey } from '#domain/ids.ts';
import { viewInList, viewOf } from '#api/document/document-view.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { derivedId, fingerprintOf, newId } from '#api/http/ids.ts';
import { jsonResponse, type JsonResult } from '#api/http/json-response.ts';
import { createRouter } from '#api/http/router.ts';
import { parsePage } from '#protocol/conversation/conversation-request.ts';
import {
  toAcceptedJson,
  toDocumentJson,
  toDocumentList,
} from '#protocol/document/document-json.ts';
import {
  parseAnalysisRequest,
  parseDocumentId,
  parseDocumentRequest,
  unknownDocument,
  type DocumentRequest,
} from '#protocol/document/document-request.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';

export interface DocumentPorts {
  readonly documents: Documents;
  readonly files: Files;
  readonly workflows: Workflows;
  readonly clock: Clock;
}

interface DocumentContext {
  readonly ports: DocumentPorts;
  readonly request: HttpRequest;
  readonly owner: string;
}

const route = createRouter<RoutesOf<'documents'>, DocumentContext, JsonResult>({
  'POST /documents': (context) =>
    add(context, 'summary', parseDocumentRequest(context.request.body)),
  'GET /documents/{document_id}': (context, { document_id: id }) => read(context, 'summary', id),
  'GET /documents': list,
  'DELETE /documents/{document_id}': (context, { document_id: id }) =>
    remove(context, 'summary', id),
  'POST /analyses': (context) =>
    add(context, 'analysis', { type: 'text', text: parseAnalysisRequest(context.request.body) }),
  'GET /analyses/{analysis_id}': (context, { analysis_id: id }) => read(context, 'analysis', id),
  'DELETE /analyses/{analysis_id}': (context, { analysis_id: id }) =>
    remove(context, 'analysis', id),
});

/** Answers requests for the caller's own documents and analyses. */
export async function answerDocuments(
  ports: DocumentPorts,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  return jsonResponse(await route(request, { ports, request, owner }), requestId);
}

/** How long documents and their results are stored. */
const ttlMs = 30 * 86_400_000;

const contentTypes: Readonly<Record<DocumentFormat, string>> = {
  pdf: 'application/pdf',
  html: 'text/html',
  md: 'text/markdown',
  txt: 'text/plain',
};

/** The file starts the workflow, whether this function writes it or the caller uploads it. */
async function add(
  { ports: { documents, files, clock }, request: { headers, body }, owner }: DocumentContext,
  kind: DocumentKind,
  input: DocumentRequest,
): Promise<JsonResult> {
  const key = headers['idempotency-key'];
  if (key !== undefined) assertIdempotencyKey(key);
  const nowMs = clock.now();
  const isUpload = input.type === 'upload';
  const document = await documents.add({
    owner,
    kind,
    documentId: key === undefined ? newId(nowMs) : derivedId(owner, kind, key),
    state: isUpload ? 'awaiting_upload' : 'queued',
    name: isUpload ? input.name : 'text.txt',
    format: isUpload ? input.format : 'txt',
    ...sizeOf(input),
    fingerprint: fingerprintOf(body),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + ttlMs,
  });
  if (!isUpload) {
    if (document.state === 'queued') await files.write(uploadName(document), input.text);
    return { status: 202, body: toAcceptedJson(document) };
  }
  if (document.state !== 'awaiting_upload') return { status: 202, body: toAcceptedJson(document) };
  const contentType = contentTypes[input.format];
  const upload = await files.signUpload(uploadName(document), { contentType, size: input.size });
  return { status: 202, body: toAcceptedJson(document, { method: 'PUT', ...upload }) };
}

/** The size that the caller states, until S3 says what arrived. */
function sizeOf(input: DocumentRequest): Pick<Document, 'bytes'> {
  if (input.type === 'text') return { bytes: Buffer.byteLength(input.text) };
  return input.size === undefined ? {} : { bytes: input.size };
}

async function list({ ports, request, owner }: DocumentContext): Promise<JsonResult> {
  const { items, ...rest } = await ports.documents.list(owner, parsePage(request.query));
  const views = await Promise.all(items.map((document) => viewInList(ports, document)));
  return { status: 200, body: toDocumentList({ items: views, ...rest }) };
}

async function read(
  { ports, owner }: DocumentContext,
  kind: DocumentKind,
  id: string,
): Promise<JsonResult> {
  const document = await ports.documents.find({ owner, documentId: parseDocumentId(id) });
  if (document?.kind !== kind) throw unknownDocument();
  return { status: 200, body: toDocumentJson(await viewOf(ports, document)) };
}

async function remove(
  { ports, owner }: DocumentContext,
  kind: DocumentKind,
  id: string,
): Promise<JsonResult> {
  const key = { owner, documentId: parseDocumentId(id) };
  const document = await ports.documents.find(key);
  if (document !== undefined && document.kind !== kind) throw unknownDocument();
  await deleteDocument(ports, key, document);
  if (document === undefined) throw unknownDocument();
  return { status: 204 };
}
