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
 * The endpoint of a streamed response. API Gateway requires a head; for a Function URL it is
 * optional.
 */
export type StreamingEndpoint = 'api-gateway' | 'function-url';

/**
 * Returns the head and body of a streamed response. The head is JSON, followed by eight NUL bytes.
 * A function that sends no head gets status 200 and the content type of its stream. Throws if the
 * function failed before its first byte, or if the head is malformed or missing.
 */
export async function openStreamedResponse(
  { contentType, body }: InvocationResult & { type: 'streaming' },
  endpoint: StreamingEndpoint,
): Promise<StreamedResponse> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    if (contentType.startsWith(preludeContentType)) return await readHead(chunks, endpoint);
    if (endpoint === 'api-gateway') throw new Error('The response has no head');
    const head = { status: 200, headers: { 'content-type': [contentType] } };
    const { done, value } = await chunks.next();
    return { head, body: prepend(done === true ? Buffer.alloc(0) : value, chunks) };
  } catch (error) {
    // Ending the iteration lets the environment discard the rest and finish.
    await chunks.return?.();
    throw error;
  }
}

async function readHead(
  chunks: AsyncIterator<Buffer>,
  endpoint: StreamingEndpoint,
): Promise<StreamedResponse> {
  const maxBytes = endpoint === 'api-gateway' ? maxApiGatewayHeadBytes : Number.POSITIVE_INFINITY;
  let received: Buffer = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) throw new Error('The response ended within its head');
    received = Buffer.concat([received, value]);
    const end = received.indexOf(delimiter);
    const length = end === -1 ? received.length : end + delimiter.length;
    if (length > maxBytes) throw new Error('The head of the response is too large');
    if (end === -1) continue;
    const head = toResponseHead(JSON.parse(received.subarray(0, end).toString('utf8')));
    return { head, body: prepend(received.subarray(length), chunks) };
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
 * Returns status and headers of a function's response object. Throws if HTTP does not allow them.
 */
export function toResponseHead(functionResponse: unknown): ResponseHead {
  const { statusCode, headers, multiValueHeaders, cookies } = isRecord(functionResponse)
    ? functionResponse
    : {};
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
