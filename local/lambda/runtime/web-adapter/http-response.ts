import type http from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { AppRequest, Origin } from './http-request.ts';
import type { AdapterOptions } from './options.ts';

/** What concerns one connection only is not passed on. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
]);

type Headers = Readonly<Record<string, readonly string[]>>;

/** Returns the head of a streamed response, which eight NUL bytes follow. */
export function toPrelude(response: http.IncomingMessage): Buffer {
  const { 'set-cookie': cookies = [], ...headers } = headersOf(response);
  const prelude = { statusCode: response.statusCode, headers: joined(headers), cookies };
  return Buffer.concat([Buffer.from(JSON.stringify(prelude)), Buffer.alloc(8)]);
}

/** Returns the result of an invocation, as JSON, for a whole response. */
export function toResult(
  request: AppRequest,
  response: http.IncomingMessage,
  received: Buffer,
  { isCompressed }: AdapterOptions,
): string {
  if (request.origin === 'event') return isText(headersOf(response)) ? jsonOr(received) : 'null';
  const whole = { headers: headersOf(response), body: received };
  const { headers, body } = isCompressed ? compress(request, whole) : whole;
  const isBase64Encoded = !isText(headers);
  return JSON.stringify({
    statusCode: response.statusCode,
    ...headerMembers(request.origin, headers),
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  });
}

function jsonOr(body: Buffer): string {
  try {
    return JSON.stringify(JSON.parse(body.toString('utf8')));
  } catch {
    return 'null';
  }
}

function headersOf({ headersDistinct }: http.IncomingMessage): Headers {
  const entries = Object.entries(headersDistinct).flatMap(([name, values]) =>
    values === undefined || ofConnection.has(name) ? [] : [[name, values] as const],
  );
  return Object.fromEntries(entries);
}

function joined(headers: Headers): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(
    ([name, values]) => [name, values.join(', ')] as const,
  );
  return Object.fromEntries(entries);
}

function headerMembers(origin: Origin, headers: Headers): object {
  if (origin === 'rest') return { multiValueHeaders: headers };
  const { 'set-cookie': cookies = [], ...others } = headers;
  return { headers: joined(others), cookies };
}

/** Types that are sent as text. All others, and what is encoded, are sent in Base64. */
const textTypes =
  /^(?:text|application\/(?:json|javascript|xml|graphql-response\+json|x-www-form-urlencoded))|\+(?:json|xml|yaml)\b|charset=utf-8/iu;

function isText(headers: Headers): boolean {
  if (headers['content-encoding'] !== undefined) return false;
  const type = headers['content-type']?.[0];
  return type === undefined || textTypes.test(type);
}

interface Content {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** What is smaller would hardly become smaller still. */
const minCompressedBytes = 32;

const uncompressed = /^(?:image\/(?!svg)|application\/grpc|text\/event-stream)/iu;

function compress({ headers: asked }: AppRequest, { headers, body }: Content): Content {
  const accepted = [asked['accept-encoding'] ?? ''].flat().join(',');
  const encoding = ['br', 'gzip'].find((name) => new RegExp(`\\b${name}\\b`, 'u').test(accepted));
  const isEncoded = headers['content-encoding'] !== undefined;
  const isKept = isEncoded || uncompressed.test(headers['content-type']?.[0] ?? '');
  if (encoding === undefined || isKept || body.length < minCompressedBytes) {
    return { headers, body };
  }
  const { 'content-length': _, ...others } = headers;
  return {
    headers: { ...others, 'content-encoding': [encoding], vary: ['accept-encoding'] },
    body: encoding === 'br' ? brotliCompressSync(body) : gzipSync(body),
  };
}
