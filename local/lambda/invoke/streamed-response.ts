import { once } from 'node:events';
import { validateHeaderName, validateHeaderValue, type ServerResponse } from 'node:http';
import { maxResponseBytes } from '#local/lambda/limits.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

/** Status and headers of a function's HTTP response. */
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

/** API Gateway's limit for the metadata and the delimiter together. */
const maxApiGatewayHeadBytes = 16_384;

/**
 * The endpoint of a streamed response. API Gateway requires a head, whatever the content type of
 * the stream. A Function URL reads a head only if the content type says that there is one.
 */
export type StreamingEndpoint = 'api-gateway' | 'function-url';

/**
 * Returns the head and body of a streamed response. The head is JSON, followed by eight NUL bytes.
 * Without a head, a Function URL returns status 200 and the content type of the stream. Throws if
 * the function failed before its first byte, or if the head is malformed or missing.
 */
export async function openStreamedResponse(
  { contentType, body }: InvocationResult & { type: 'streaming' },
  endpoint: StreamingEndpoint,
): Promise<StreamedResponse> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    if (endpoint === 'api-gateway') return await readHead(chunks, maxApiGatewayHeadBytes);
    if (contentType.startsWith(preludeContentType)) return await readMarkedHead(chunks);
    const { done, value } = await chunks.next();
    return { head: headOf(contentType), body: prepend(done === true ? empty : value, chunks) };
  } catch (error) {
    // Ending the iteration lets the environment discard the rest and finish.
    await chunks.return?.();
    throw error;
  }
}

const empty = Buffer.alloc(0);

function headOf(contentType: string): ResponseHead {
  return { status: 200, headers: { 'content-type': [contentType] } };
}

/**
 * Reads the head of a stream that is marked to have one. If the function ended its stream without a
 * write, its head was never sent, and the response is an empty 200.
 */
async function readMarkedHead(chunks: AsyncIterator<Buffer>): Promise<StreamedResponse> {
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) return { head: headOf(defaultContentType), body: prepend(empty, chunks) };
    if (value.length > 0) return readHead(chunks, Number.POSITIVE_INFINITY, value);
  }
}

const defaultContentType = 'application/octet-stream';

async function readHead(
  chunks: AsyncIterator<Buffer>,
  maxBytes: number,
  first: Buffer = empty,
): Promise<StreamedResponse> {
  let received = first;
  for (;;) {
    const end = received.indexOf(delimiter);
    const length = end === -1 ? received.length : end + delimiter.length;
    if (length > maxBytes) throw new Error('The head of the response is too large');
    if (end !== -1) {
      const head = toResponseHead(JSON.parse(received.subarray(0, end).toString('utf8')));
      return { head, body: prepend(received.subarray(length), chunks) };
    }
    const { done, value } = await chunks.next();
    if (done === true) throw new Error('The response ended within its head');
    received = Buffer.concat([received, value]);
  }
}

async function* prepend(
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

/**
 * Returns status and headers of a function's response object. Throws if it is no object, or if HTTP
 * does not allow them. Headers in both forms are merged, without repeating a value.
 */
export function toResponseHead(functionResponse: unknown): ResponseHead {
  if (!isRecord(functionResponse)) throw new Error('The head of a response must be an object');
  const { statusCode, headers, multiValueHeaders, cookies } = functionResponse;
  const status = Number(statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error('statusCode must be an HTTP status');
  }
  const all = new Map<string, readonly string[]>();
  for (const [name, item] of entriesOf(headers)) all.set(name.toLowerCase(), [String(item)]);
  const add = (name: string, items: readonly string[]): void => {
    const own = (all.get(name) ?? []).filter((item) => !items.includes(item));
    all.set(name, [...own, ...items]);
  };
  for (const [name, items] of entriesOf(multiValueHeaders)) {
    add(name.toLowerCase(), Array.isArray(items) ? items.map(String) : [String(items)]);
  }
  if (Array.isArray(cookies)) add('set-cookie', cookies.map(String));
  for (const [name, values] of all) {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
  }
  return { status, headers: Object.fromEntries(all) };
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** Sends the head of a response at once, before any of the body. */
export function writeHead(response: ServerResponse, { status, headers }: ResponseHead): void {
  for (const [name, values] of Object.entries(headers)) response.setHeader(name, [...values]);
  response.writeHead(status);
  response.flushHeaders();
}

/**
 * Relays a body with backpressure. If the client disconnects, the rest is discarded and the
 * function runs to its end, as on Lambda. If the body is cut off, or silent for `idleMs`, the
 * connection is destroyed.
 */
export async function relayBody(
  body: AsyncIterable<Buffer>,
  response: ServerResponse,
  idleMs?: number,
): Promise<void> {
  const disconnect = new AbortController();
  const idle = idleMs === undefined ? undefined : setTimeout(() => response.destroy(), idleMs);
  response.once('close', () => {
    disconnect.abort();
    clearTimeout(idle);
  });
  const { signal } = disconnect;
  // A client that disconnected before the first byte emits no further `close` event.
  if (response.destroyed || response.closed) disconnect.abort();
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

/**
 * Reads a streamed body to its end, for endpoints that do not stream. Returns `undefined` if the
 * body was cut off or exceeds the limit of buffered responses.
 */
export async function collectBody(body: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length <= maxResponseBytes) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return length <= maxResponseBytes ? Buffer.concat(chunks) : undefined;
}
