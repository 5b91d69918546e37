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
import { ownerOf } from '#domain/identity.ts';
import { assertIdempotencyKey } from '#domain/ids.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { derivedId, fingerprintOf, newId } from '#lambda/runtime/ids.ts';
import { jsonResponse, type JsonResult } from '#lambda/runtime/json-response.ts';
import { createRouter } from '#lambda/runtime/router.ts';
import { toAcceptedJson, toDocumentJson } from '#protocol/document/document-json.ts';
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
  'POST /analyses': (context) =>
    add(context, 'analysis', { type: 'text', text: parseAnalysisRequest(context.request.body) }),
  'GET /analyses/{analysis_id}': (context, { analysis_id: id }) => read(context, 'analysis', id),
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

async function read(
  { ports: { documents, workflows }, owner }: DocumentContext,
  kind: DocumentKind,
  id: string,
): Promise<JsonResult> {
  const key = { owner, documentId: parseDocumentId(id) };
  const document = await documents.find(key);
  if (document?.kind !== kind) throw unknownDocument();
  if (!isRunning(document) || document.executionId === undefined) {
    return { status: 200, body: toDocumentJson(document) };
  }
  const execution = await workflows.describe(document.executionId);
  if (execution.state !== 'failed') {
    return { status: 200, body: toDocumentJson(document, execution.step) };
  }
  // A workflow stores its result before it ends. One that was stopped from outside has not.
  const latest = (await documents.find(key)) ?? document;
  const shown: Document = isRunning(latest)
    ? { ...latest, state: 'failed', error: stopped }
    : latest;
  return { status: 200, body: toDocumentJson(shown) };
}

function isRunning({ state }: Document): boolean {
  return state === 'queued' || state === 'running';
}

const stopped = {
  code: 'internal',
  message: 'The workflow was stopped before it had finished.',
} as const;
