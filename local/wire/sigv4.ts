import { timingSafeEqual } from 'node:crypto';
import { readChunks } from '#local/wire/aws-chunked.ts';
import type { Credentials, SignedRequest } from '#local/wire/signed-request.ts';
import {
  hmac,
  scopeOf,
  sha256,
  sign,
  signingKey,
  text,
  type Authorization,
  type Signing,
} from '#local/wire/sigv4-canonical.ts';

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
  | 'InvalidSignatureException'
  | 'UnsignedHeadersException';

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
  const payloadHash = hashOfPayload(request, authorization.service);
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
function hashOfPayload({ headers, body }: SignedRequest, service: string): string | undefined {
  const declared = text(headers['x-amz-content-sha256']);
  if (declared === 'UNSIGNED-PAYLOAD' || signedChunks.has(declared)) return declared;
  // S3's clients leave the chunks unsigned where the connection is trusted, with a checksum behind.
  if (service === 's3' && declared === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return declared;
  const actual = sha256(body);
  return declared === '' || declared === actual ? actual : undefined;
}

const signedChunks: ReadonlySet<string> = new Set([
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
]);

/** A body in signed chunks: each chunk's signature continues the one before, from the header's. */
function areChunksSigned(
  { headers, body }: SignedRequest,
  { authorization, time }: Signing,
  credentials: Credentials,
): boolean {
  if (!signedChunks.has(text(headers['x-amz-content-sha256']))) return true;
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

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A presigned URL is good for a week at most. */
const maxPresignedSeconds = 604_800;

/** Whatever asks something of AWS must be signed, so that nobody can add to what was allowed. */
function areHeadersSigned({ headers }: SignedRequest, { signedHeaders }: Authorization): boolean {
  const present = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  const isNamed = (name: string): boolean =>
    signedHeaders.includes(name) || name === 'x-amz-content-sha256';
  return signedHeaders.includes('host') && present.every(isNamed);
}

/**
 * Checks the signature in the query of a presigned URL: it must be right and not out of date.
 * What the caller sends along is not signed, apart from the headers that are named.
 */
export function verifyPresigned(
  request: SignedRequest,
  known: readonly Credentials[],
  nowMs: number,
): Verdict {
  const [path = '/', query = ''] = request.url.split(/\?(.*)/su);
  const parameters = new URLSearchParams(query);
  const value = (name: string): string => parameters.get(`X-Amz-${name}`) ?? '';
  const signature = value('Signature');
  const time = value('Date');
  const header = `${value('Algorithm')} Credential=${value('Credential')}, SignedHeaders=${value('SignedHeaders')}, Signature=${signature}`;
  const authorization = parseAuthorization(header);
  const startMs = parseTime(time);
  const seconds = Number(value('Expires') || Number.NaN);
  const isForm =
    authorization !== undefined && startMs !== undefined && time.startsWith(authorization.date);
  if (!isForm || !(seconds >= 1 && seconds <= maxPresignedSeconds)) {
    return refused(
      'IncompleteSignatureException',
      'Error parsing the X-Amz parameters of the query.',
    );
  }
  const credentials = known.find((each) => each.accessKeyId === authorization.accessKeyId);
  if (credentials === undefined || value('Security-Token') !== (credentials.sessionToken ?? '')) {
    return refused(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  if (nowMs > startMs + seconds * 1000)
    return refused('ExpiredTokenException', 'Request has expired');
  if (startMs > nowMs + maxSkewMs)
    return refused('ExpiredTokenException', 'Request is not yet valid');
  if (!areHeadersSigned(request, authorization)) {
    return refused(
      'UnsignedHeadersException',
      'There were headers present in the request which were not signed',
    );
  }
  const signedQuery = query.split('&').filter((pair) => !pair.startsWith('X-Amz-Signature='));
  const signed = { ...request, url: `${path}?${signedQuery.join('&')}` };
  const payloadHash = value('Content-Sha256') || 'UNSIGNED-PAYLOAD';
  const expected = sign(signed, { authorization, time, payloadHash }, credentials);
  if (!sameText(expected, signature)) return refused('InvalidSignatureException', mismatch);
  const { accessKeyId, region, service } = authorization;
  return { type: 'valid', accessKeyId, region, service };
}
