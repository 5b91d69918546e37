import { once } from 'node:events';
import { validateHeaderName, validateHeaderValue, type ServerResponse } from 'node:http';
import { isRecord } from '#local/wire/shape.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

/** The head of an HTTP answer that a function gives. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

export interface StreamedResponse {
  readonly head: ResponseHead;
  readonly body: AsyncIterable<Buffer>;
}

const preludeContentType = 'application/vnd.awslambda.http-integration-response';
const delimiter = Buffer.alloc(8);

/** API Gateway wants metadata and delimiter within so many bytes. */
const maxApiGatewayHeadBytes = 16_384;

/** Where a streamed answer goes: API Gateway insists on a head, a Function URL does without. */
export type StreamingEndpoint = 'api-gateway' | 'function-url';

/**
 * Head and body of a streamed answer: the head is JSON before eight NUL bytes, or, for functions
 * that send none, 200 and the content type they wrote with. Throws where the function failed
 * before its first byte, or the head is malformed or missing.
 */
export async function openStreamedResponse(
  { contentType, body }: InvocationResult & { type: 'streaming' },
  door: StreamingEndpoint,
): Promise<StreamedResponse> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    if (contentType.startsWith(preludeContentType)) return await readHead(chunks, door);
    if (door === 'api-gateway') throw new Error('The answer has no head');
    const head = { status: 200, headers: { 'content-type': [contentType] } };
    const { done, value } = await chunks.next();
    return { head, body: prepended(done === true ? Buffer.alloc(0) : value, chunks) };
  } catch (error) {
    // Leaving tells the environment that nobody reads on, so that it can finish.
    await chunks.return?.();
    throw error;
  }
}

async function readHead(chunks: AsyncIterator<Buffer>, door: StreamingEndpoint): Promise<StreamedResponse> {
  const most = door === 'api-gateway' ? maxApiGatewayHeadBytes : Number.POSITIVE_INFINITY;
  let seen: Buffer = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) throw new Error('The answer ended within its head');
    seen = Buffer.concat([seen, value]);
    const end = seen.indexOf(delimiter);
    const length = end === -1 ? seen.length : end + delimiter.length;
    if (length > most) throw new Error('The head of the answer is too large');
    if (end === -1) continue;
    const head = toResponseHead(JSON.parse(seen.subarray(0, end).toString('utf8')));
    return { head, body: prepended(seen.subarray(length), chunks) };
  }
}

async function* prepended(
  first: Buffer,
  chunks: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (first.length > 0) yield first;
    yield* { [Symbol.asyncIterator]: () => chunks };
  } finally {
    await chunks.return?.();
  }
}

/** Status and headers from the object a function answers with. Throws where HTTP has no such. */
export function toResponseHead(answer: unknown): ResponseHead {
  const { statusCode, headers, multiValueHeaders, cookies } = isRecord(answer) ? answer : {};
  const status = Number(statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error('statusCode must be an HTTP status');
  }
  const all = new Map<string, readonly string[]>();
  for (const [name, item] of entriesOf(headers)) all.set(name.toLowerCase(), [String(item)]);
  for (const [name, items] of entriesOf(multiValueHeaders)) {
    all.set(name.toLowerCase(), Array.isArray(items) ? items.map(String) : [String(items)]);
  }
  if (Array.isArray(cookies)) all.set('set-cookie', cookies.map(String));
  for (const [name, values] of all) {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
  }
  return { status, headers: Object.fromEntries(all) };
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** Writes the head of an answer, so that the reader has it before any of the body. */
export function writeHead(response: ServerResponse, { status, headers }: ResponseHead): void {
  for (const [name, values] of Object.entries(headers)) response.setHeader(name, [...values]);
  response.writeHead(status);
  response.flushHeaders();
}

/**
 * Passes a body on at the reader's pace. A reader that leaves is left alone, and the function
 * runs to its end, as on Lambda; a body that breaks off, or says nothing for `idleMs`, breaks the
 * connection.
 */
export async function relayBody(
  body: AsyncIterable<Buffer>,
  response: ServerResponse,
  idleMs?: number,
): Promise<void> {
  const left = new AbortController();
  const idle = idleMs === undefined ? undefined : setTimeout(() => response.destroy(), idleMs);
  response.once('close', () => {
    left.abort();
    clearTimeout(idle);
  });
  const { signal } = left;
  // One that left before the first byte has been closed already, and says so no more.
  if (response.destroyed || response.closed) left.abort();
  try {
    for await (const chunk of body) {
      idle?.refresh();
      if (signal.aborted || response.writableEnded) continue;
      if (!response.write(chunk)) await once(response, 'drain', { signal }).catch(() => undefined);
    }
    response.end();
  } catch {
    response.destroy();
  }
}

/** A streamed body in one piece, for a door that does not stream: 6 MiB and a little at most. */
const maxCollectedBytes = 6_291_556;

/** Nothing where the body broke off or was too large; it is read to its end either way. */
export async function collectBody(body: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length <= maxCollectedBytes) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return length <= maxCollectedBytes ? Buffer.concat(chunks) : undefined;
}
