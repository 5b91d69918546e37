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
import { ChatError } from '#domain/errors.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import { jsonResponse, type JsonResult } from '#lambda/runtime/json-response.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { assertIdempotencyKey } from '#lambda/turn/idempotency-key.ts';
import { derivedId, fingerprintOf, newId } from '#lambda/runtime/new-id.ts';
import {
  parseAnalysisRequest,
  parseDocumentId,
  parseDocumentRequest,
  unknownDocument,
  type DocumentRequest,
} from '#protocol/document/document-request.ts';

export interface DocumentPorts {
  readonly documents: Documents;
  readonly files: Files;
  readonly workflows: Workflows;
  readonly clock: Clock;
}

/** Documents and what came of them are kept this long. */
const keptMs = 30 * 86_400_000;

const contentTypes: Readonly<Record<DocumentFormat, string>> = {
  pdf: 'application/pdf',
  html: 'text/html',
  md: 'text/markdown',
  txt: 'text/plain',
};

/** Answers `POST /documents`, `POST /analyses`, and `GET` of one of either: the caller's own. */
export async function answerDocuments(
  ports: DocumentPorts,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  return jsonResponse(await route(ports, owner, request), requestId);
}

async function route(
  ports: DocumentPorts,
  owner: string,
  request: HttpRequest,
): Promise<JsonResult> {
  const [, room, segment, ...rest] = request.path.split('/');
  const door = `${request.method} ${room}`;
  const asks = rest.length === 0 && segment !== undefined;
  if (door === 'GET documents' && asks) return read(ports, owner, { segment, kind: 'summary' });
  if (door === 'GET analyses' && asks) return read(ports, owner, { segment, kind: 'analysis' });
  if (segment !== undefined) throw nothingHere();
  switch (door) {
    case 'POST documents':
      return add(ports, request, {
        owner,
        kind: 'summary',
        asked: parseDocumentRequest(request.body),
      });
    case 'POST analyses': {
      const asked = { type: 'text', text: parseAnalysisRequest(request.body) } as const;
      return add(ports, request, { owner, kind: 'analysis', asked });
    }
    default:
      throw nothingHere();
  }
}

interface Adding {
  readonly owner: string;
  readonly kind: DocumentKind;
  readonly asked: DocumentRequest;
}

/** The file that is written, by us or by the caller, starts the workflow. */
async function add(
  { documents, files, clock }: DocumentPorts,
  { headers, body }: HttpRequest,
  { owner, kind, asked }: Adding,
): Promise<JsonResult> {
  const key = headers['idempotency-key'];
  if (key !== undefined) assertIdempotencyKey(key);
  const nowMs = clock.now();
  const isUpload = asked.type === 'upload';
  const document = await documents.add({
    owner,
    kind,
    documentId: key === undefined ? newId(nowMs) : derivedId(owner, kind, key),
    state: isUpload ? 'awaiting_upload' : 'queued',
    name: isUpload ? asked.name : 'text.txt',
    format: isUpload ? asked.format : 'txt',
    fingerprint: fingerprintOf(body),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + keptMs,
  });
  const told = { [idNames[kind]]: document.documentId, status: document.state };
  if (!isUpload) {
    if (document.state === 'queued') await files.write(uploadName(document), asked.text);
    return { status: 202, body: told };
  }
  if (document.state !== 'awaiting_upload') return { status: 202, body: told };
  const contentType = contentTypes[asked.format];
  const { size } = asked;
  const file = { contentType, ...(size === undefined ? {} : { size }) };
  const url = await files.uploadUrl(uploadName(document), file);
  const upload = { method: 'PUT', url, headers: { 'content-type': contentType } };
  return { status: 202, body: { ...told, upload } };
}

const idNames: Readonly<Record<DocumentKind, string>> = {
  summary: 'document_id',
  analysis: 'analysis_id',
};

interface Reading {
  readonly segment: string;
  readonly kind: DocumentKind;
}

async function read(
  { documents, workflows }: DocumentPorts,
  owner: string,
  { segment, kind }: Reading,
): Promise<JsonResult> {
  const key = { owner, documentId: parseDocumentId(segment) };
  const document = await documents.find(key);
  if (document?.kind !== kind) throw unknownDocument();
  if (!isAtWork(document) || document.executionId === undefined) {
    return { status: 200, body: toDocumentJson(document) };
  }
  const look = await workflows.look(document.executionId);
  if (look.state !== 'failed') {
    return { status: 200, body: { ...toDocumentJson(document), ...stepOf(look.step) } };
  }
  // A run tells how it ended before it has; one that was ended from outside has told nobody.
  const last = (await documents.find(key)) ?? document;
  const shown: Document = isAtWork(last) ? { ...last, state: 'failed', error: ended } : last;
  return { status: 200, body: toDocumentJson(shown) };
}

function isAtWork({ state }: Document): boolean {
  return state === 'queued' || state === 'running';
}

const ended = { code: 'internal', message: 'The workflow was ended before it was done.' } as const;

function stepOf(step: string | undefined): object {
  return step === undefined ? {} : { status: 'running', step };
}

function toDocumentJson(document: Document): object {
  const { kind, documentId, state, name, createdAtMs, finishedAtMs, result, error } = document;
  return {
    [idNames[kind]]: documentId,
    status: state,
    ...(kind === 'summary' ? { name } : {}),
    created_at: new Date(createdAtMs).toISOString(),
    ...(finishedAtMs === undefined ? {} : { finished_at: new Date(finishedAtMs).toISOString() }),
    ...(result === undefined ? {} : { result: JSON.parse(result) }),
    ...(error === undefined ? {} : { error: { code: error.code, detail: error.message } }),
  };
}

function nothingHere(): ChatError {
  return new ChatError('not_found', 'Nothing is here.');
}
