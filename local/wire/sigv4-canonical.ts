import { createHash, createHmac } from 'node:crypto';
import type { Credentials, SignedRequest } from '#local/wire/signed-request.ts';

/** What a signature says of itself. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export interface Signing {
  readonly authorization: Authorization;
  readonly time: string;
  readonly payloadHash: string | undefined;
}

/** The signature that a request must have. */
export function sign(request: SignedRequest, signing: Signing, credentials: Credentials): string {
  const { authorization, time, payloadHash } = signing;
  const { signedHeaders } = authorization;
  const [path = '/', query = ''] = request.url.split(/\?(.*)/su);
  const canonical = [
    request.method,
    authorization.service === 's3' ? onceEncoded(path) : canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers, name)}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const words = ['AWS4-HMAC-SHA256', time, scopeOf(authorization), sha256(canonical)];
  return hmac(signingKey(authorization, credentials), words.join('\n')).toString('hex');
}

export function scopeOf({ date, region, service }: Authorization): string {
  return `${date}/${region}/${service}/aws4_request`;
}

export function signingKey(
  { date, region, service }: Authorization,
  credentials: Credentials,
): Buffer {
  return [region, service, 'aws4_request'].reduce(
    (parent, part) => hmac(parent, part),
    hmac(`AWS4${credentials.secretAccessKey}`, date),
  );
}

/** S3 signs the path as it names its objects: with nothing taken out of it, and encoded once. */
function onceEncoded(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
}

/** Each segment is encoded again as it was received: every service but S3 signs it so. */
function canonicalPath(path: string): string {
  return path
    .replaceAll(/\/{2,}/gu, '/')
    .split('/')
    .map(encode)
    .join('/');
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)];
  const encoded = pairs.map(([name, value]) => [encode(name), encode(value)] as const);
  // By name and then by value: the sign between them does not take part.
  const sorted = encoded.toSorted(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)));
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
}

function order(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function canonicalHeader(headers: SignedRequest['headers'], name: string): string {
  // Over HTTP/2 the host has another name, and some clients sign it under that.
  const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined);
  return text(value).trim().replaceAll(/\s+/gu, ' ');
}

/** Percent-encoding of RFC 3986, stricter than `encodeURIComponent`. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

export function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** A header's values as one text. */
export function text(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(',');
}
