import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readChunks } from '#local/aws-chunked.ts';

/** A request as it came over the wire; header names are lower-case. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, not decoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where they are temporary: the token that must come along, and until when they are good. */
  readonly sessionToken?: string;
  readonly expiresAt?: number;
}

export type Verdict =
  | {
      readonly type: 'valid';
      readonly accessKeyId: string;
      readonly region: string;
      readonly service: string;
    }
  | { readonly type: 'refused'; readonly code: RefusalCode; readonly message: string };

export type RefusalCode =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'
  | 'InvalidSignatureException';

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** The largest difference between clocks that AWS accepts. */
const maxSkewMs = 5 * 60_000;

/** The service a request is signed for, whether or not the signature is right. */
export function signedService(headers: SignedRequest['headers']): string | undefined {
  return parseAuthorization(text(headers['authorization']))?.service;
}

/** Checks a request's Signature Version 4 in its `Authorization` header against known keys. */
export function verifySigV4(
  request: SignedRequest,
  known: readonly Credentials[],
  nowMs: number,
): Verdict {
  const header = text(request.headers['authorization']);
  if (header === '') {
    return refused('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const authorization = parseAuthorization(header);
  const time = text(request.headers['x-amz-date']);
  if (authorization === undefined || parseTime(time) === undefined) {
    return refused('IncompleteSignatureException', 'The request signature is incomplete.');
  }
  const credentials = known.find((each) => each.accessKeyId === authorization.accessKeyId);
  const token = text(request.headers['x-amz-security-token']);
  if (credentials === undefined || !sameText(token, credentials.sessionToken ?? '')) {
    const message = 'The security token included in the request is invalid.';
    return refused('UnrecognizedClientException', message);
  }
  if ((credentials.expiresAt ?? Infinity) <= nowMs) {
    return refused(
      'ExpiredTokenException',
      'The security token included in the request is expired',
    );
  }
  const skewMs = Math.abs(nowMs - (parseTime(time) ?? 0));
  if (skewMs > maxSkewMs) {
    return refused('InvalidSignatureException', `Signature expired: ${time} is too far from now.`);
  }
  if (!time.startsWith(authorization.date)) {
    return refused(
      'InvalidSignatureException',
      'Date in Credential scope does not match the date of the request.',
    );
  }
  const payloadHash = hashOfPayload(request);
  const signing = { authorization, time, payloadHash };
  const expected = sign(request, signing, credentials);
  const isSigned = payloadHash !== undefined && sameText(expected, authorization.signature);
  if (!isSigned || !areChunksSigned(request, signing, credentials)) {
    return refused('InvalidSignatureException', mismatch);
  }
  const { accessKeyId, region, service } = authorization;
  return { type: 'valid', accessKeyId, region, service };
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your ' +
  'AWS Secret Access Key and signing method. Consult the service documentation for details.';

function refused(code: RefusalCode, message: string): Verdict {
  return { type: 'refused', code, message };
}

/** The parts of a SigV4 `Authorization` header; nothing where it has not their form. */
export function parseAuthorization(header: string): Authorization | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/u;
  const [, accessKeyId, date, region, service, names, signature] = form.exec(header) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined) return undefined;
  if (service === undefined || names === undefined || signature === undefined) return undefined;
  return { accessKeyId, date, region, service, signature, signedHeaders: names.split(';') };
}

/** `20261121T100000Z` in milliseconds since 1970. */
function parseTime(time: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(time);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

/** The hash that was signed: the header's where there is one, which must then be the body's. */
function hashOfPayload({ headers, body }: SignedRequest): string | undefined {
  const declared = text(headers['x-amz-content-sha256']);
  const actual = sha256(body);
  if (declared === '' || declared === actual) return actual;
  // Of the kinds in chunks only the one whose chunks are signed is taken.
  const isKnown = declared === 'UNSIGNED-PAYLOAD' || declared === signedChunks;
  return isKnown ? declared : undefined;
}

const signedChunks = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';

/** A body in signed chunks: each chunk's signature continues the one before, from the header's. */
function areChunksSigned(
  { headers, body }: SignedRequest,
  { authorization, time }: Signing,
  credentials: Credentials,
): boolean {
  if (text(headers['x-amz-content-sha256']) !== signedChunks) return true;
  const key = signingKey(authorization, credentials);
  const scope = scopeOf(authorization);
  let previous = authorization.signature;
  for (const { data, signature } of readChunks(body)) {
    const words = ['AWS4-HMAC-SHA256-PAYLOAD', time, scope, previous, sha256(''), sha256(data)];
    previous = hmac(key, words.join('\n')).toString('hex');
    if (!sameText(previous, signature)) return false;
    if (data.length === 0) return true;
  }
  // Without its last chunk, which is empty, a body may have been cut.
  return false;
}

interface Signing {
  readonly authorization: Authorization;
  readonly time: string;
  readonly payloadHash: string | undefined;
}

function sign(request: SignedRequest, signing: Signing, credentials: Credentials): string {
  const { authorization, time, payloadHash } = signing;
  const { signedHeaders } = authorization;
  const [path = '/', query = ''] = request.url.split(/\?(.*)/su);
  const canonical = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers, name)}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const words = ['AWS4-HMAC-SHA256', time, scopeOf(authorization), sha256(canonical)];
  return hmac(signingKey(authorization, credentials), words.join('\n')).toString('hex');
}

function scopeOf({ date, region, service }: Authorization): string {
  return `${date}/${region}/${service}/aws4_request`;
}

function signingKey({ date, region, service }: Authorization, credentials: Credentials): Buffer {
  return [region, service, 'aws4_request'].reduce(
    (parent, part) => hmac(parent, part),
    hmac(`AWS4${credentials.secretAccessKey}`, date),
  );
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

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function text(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(',');
}
