import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { isRecord } from '#local/intrinsics.ts';
import type { RuntimeAnswer } from '#local/lambda/runtime-api.ts';

/** The head of an HTTP answer that a function gives. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

export interface HttpAnswer {
  readonly head: AnswerHead;
  readonly body: AsyncIterable<Buffer>;
}

const preludeContentType = 'application/vnd.awslambda.http-integration-response';
const delimiter = Buffer.alloc(8);

/** The metadata and the delimiter must come within the first 16 KB (API Gateway). */
const maxPreludeBytes = 16_384;

/**
 * Head and body of a streamed answer: the head is JSON before eight NUL bytes, or, for functions
 * that send none, 200 and the content type they wrote with. Throws where the head is malformed.
 */
export async function openStreamedAnswer(
  answer: RuntimeAnswer & { type: 'streaming' },
): Promise<HttpAnswer> {
  const { contentType, body } = answer;
  if (!contentType.startsWith(preludeContentType)) {
    return { head: { status: 200, headers: { 'content-type': [contentType] } }, body };
  }
  const chunks = body[Symbol.asyncIterator]();
  try {
    const { head, first } = await readHead(chunks);
    return { head, body: prepended(first, { [Symbol.asyncIterator]: () => chunks }) };
  } catch (error) {
    // Leaving tells the environment that nobody reads on, so that it can finish.
    await chunks.return?.();
    throw error;
  }
}

async function readHead(
  chunks: AsyncIterator<Buffer>,
): Promise<{ readonly head: AnswerHead; readonly first: Buffer }> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) throw new Error('The answer ended within its head');
    seen = Buffer.concat([seen, value]);
    const end = seen.indexOf(delimiter);
    if (end !== -1) {
      const head = toHead(JSON.parse(seen.subarray(0, end).toString('utf8')));
      return { head, first: seen.subarray(end + delimiter.length) };
    }
    if (seen.length > maxPreludeBytes) throw new Error('The head of the answer is too large');
  }
}

async function* prepended(
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** Status and headers from the object a function answers with. */
export function toHead(value: unknown): AnswerHead {
  const { statusCode, headers, multiValueHeaders, cookies } = isRecord(value) ? value : {};
  const status = Number(statusCode ?? 200);
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    throw new Error('statusCode must be an HTTP status');
  }
  const all = new Map<string, readonly string[]>();
  for (const [name, item] of entriesOf(headers)) all.set(name.toLowerCase(), [String(item)]);
  for (const [name, items] of entriesOf(multiValueHeaders)) {
    all.set(name.toLowerCase(), Array.isArray(items) ? items.map(String) : [String(items)]);
  }
  if (Array.isArray(cookies)) all.set('set-cookie', cookies.map(String));
  return { status, headers: Object.fromEntries(all) };
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/**
 * Passes a body on at the reader's pace. A reader that leaves is left alone, and the function
 * runs to its end, as on Lambda; a body that breaks off breaks the connection.
 */
export async function relayBody(
  body: AsyncIterable<Buffer>,
  response: ServerResponse,
): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  try {
    for await (const chunk of body) {
      if (response.destroyed || response.writableEnded) continue;
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), gone]);
    }
    response.end();
  } catch {
    response.destroy();
  }
}

/** A streamed body in one piece, for a door that does not stream; nothing where it broke off. */
export async function collectBody(body: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  try {
    return Buffer.concat(await Array.fromAsync(body));
  } catch {
    return undefined;
  }
}
