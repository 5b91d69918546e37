import { timingSafeEqual } from 'node:crypto';
import { readChunks } from '#local/wire/aws-chunked.ts';
import type { Credentials, SignedRequest, StreamedRequest } from '#local/wire/signed-request.ts';
import {
  hmac,
  credentialScope,
  sha256,
  sign,
  deriveSigningKey,
  headerText,
  type Authorization,
  type SigningInput,
} from '#local/wire/sigv4-canonical.ts';

/** Whether the signature of a request is valid. */
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

/** The largest difference between the clocks of client and server that AWS accepts. */
const maxSkewMs = 5 * 60_000;

/** Returns the service that a request is signed for, without checking the signature. */
export function signedService(headers: SignedRequest['headers']): string | undefined {
  return parseAuthorization(headerText(headers['authorization']))?.service;
}

/** What a request must be signed for. Without it, any Region and service will do. */
export interface Scope {
  readonly region: string;
  readonly service: string;
}

/**
 * Checks the Signature Version 4 in the `Authorization` header against the accepted keys. The body
 * of a streamed request is left to the caller, who compares its hash with the one in the headers.
 */
export function verifySigV4(
  request: SignedRequest | StreamedRequest,
  accepted: readonly Credentials[],
  nowMs: number,
  scope?: Scope,
): Verdict {
  const header = headerText(request.headers['authorization']);
  if (header === '') {
    return refused('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const authorization = parseAuthorization(header);
  const time = headerText(request.headers['x-amz-date']);
  if (authorization === undefined || parseTime(time) === undefined) {
    return refused('IncompleteSignatureException', 'The request signature is incomplete.');
  }
  const credentials = accepted.find((each) => each.accessKeyId === authorization.accessKeyId);
  const token = headerText(request.headers['x-amz-security-token']);
  if (credentials === undefined || !isEqual(token, credentials.sessionToken ?? '')) {
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
  const scopeErrors = compareScope(authorization, scope);
  if (scopeErrors !== '') return refused('InvalidSignatureException', scopeErrors);
  const payloadHash = findPayloadHash(request, authorization.service);
  const signing = { authorization, time, payloadHash };
  const expected = sign(request, signing, credentials);
  const isSigned = payloadHash !== undefined && isEqual(expected, authorization.signature);
  if (!isSigned || !areChunksSigned(request, signing, credentials)) {
    return refused('InvalidSignatureException', mismatch);
  }
  const { accessKeyId, region, service } = authorization;
  return { type: 'valid', accessKeyId, region, service };
}

/** Returns AWS's sentences about a wrong scope. Each ends with a space. */
function compareScope({ region, service }: Authorization, scope: Scope | undefined): string {
  if (scope === undefined) return '';
  const wrongRegion = 'Credential should be scoped to a valid region. ';
  const wrongService = `Credential should be scoped to correct service: '${scope.service}'. `;
  return [
    region === scope.region ? '' : wrongRegion,
    service === scope.service ? '' : wrongService,
  ].join('');
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your ' +
  'AWS Secret Access Key and signing method. Consult the service documentation for details.';

function refused(code: RefusalCode, message: string): Verdict {
  return { type: 'refused', code, message };
}

/** Returns the parts of a SigV4 `Authorization` header, or undefined if it is malformed. */
export function parseAuthorization(header: string): Authorization | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/u;
  const [, accessKeyId, date, region, service, names, signature] = form.exec(header) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined) return undefined;
  if (service === undefined || names === undefined || signature === undefined) return undefined;
  return { accessKeyId, date, region, service, signature, signedHeaders: names.split(';') };
}

/** Returns a time such as `20261121T100000Z` in milliseconds since 1970. */
function parseTime(time: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(time);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

/** Returns the payload hash that was signed, or undefined if the header's is not the body's. */
function findPayloadHash(
  { headers, body }: SignedRequest | StreamedRequest,
  service: string,
): string | undefined {
  const declared = headerText(headers['x-amz-content-sha256']);
  if (body === undefined) return declared === '' ? undefined : declared;
  if (declared === 'UNSIGNED-PAYLOAD' || signedChunks.has(declared)) return declared;
  // On a trusted connection, clients of S3 send unsigned chunks with a checksum after them.
  if (service === 's3' && declared === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return declared;
  const actual = sha256(body);
  return declared === '' || declared === actual ? actual : undefined;
}

const signedChunks: ReadonlySet<string> = new Set([
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
]);

/** Each signature covers the previous one; the first covers the signature in the header. */
function areChunksSigned(
  { headers, body }: SignedRequest | StreamedRequest,
  { authorization, time }: SigningInput,
  credentials: Credentials,
): boolean {
  if (!signedChunks.has(headerText(headers['x-amz-content-sha256']))) return true;
  if (body === undefined) return false;
  const key = deriveSigningKey(authorization, credentials);
  const scope = credentialScope(authorization);
  let previous = authorization.signature;
  for (const { data, signature } of readChunks(body)) {
    const lines = ['AWS4-HMAC-SHA256-PAYLOAD', time, scope, previous, sha256(''), sha256(data)];
    previous = hmac(key, lines.join('\n')).toString('hex');
    if (!isEqual(previous, signature)) return false;
    if (data.length === 0) return true;
  }
  // The last chunk is empty. Without it the body may be incomplete.
  return false;
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** AWS accepts presigned URLs for up to a week. */
const maxPresignedSeconds = 604_800;

/** All `x-amz-` headers must be signed, so that nobody can add options to a presigned URL. */
function areHeadersSigned({ headers }: SignedRequest, { signedHeaders }: Authorization): boolean {
  const present = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  const isNamed = (name: string): boolean =>
    signedHeaders.includes(name) || name === 'x-amz-content-sha256';
  return signedHeaders.includes('host') && present.every(isNamed);
}

/**
 * Checks the signature and the expiry in the query of a presigned URL. Of the headers only those
 * are signed that the URL names, and for S3 not the body.
 */
export function verifyPresigned(
  request: SignedRequest,
  accepted: readonly Credentials[],
  nowMs: number,
  scope?: Scope,
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
  const isWellFormed =
    authorization !== undefined && startMs !== undefined && time.startsWith(authorization.date);
  if (!isWellFormed || !(seconds >= 1 && seconds <= maxPresignedSeconds)) {
    return refused(
      'IncompleteSignatureException',
      'Error parsing the X-Amz parameters of the query.',
    );
  }
  const credentials = accepted.find((each) => each.accessKeyId === authorization.accessKeyId);
  if (credentials === undefined || value('Security-Token') !== (credentials.sessionToken ?? '')) {
    return refused(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  const lateness = presignedLateness(startMs, seconds, nowMs);
  if (lateness !== undefined) return refused('ExpiredTokenException', lateness);
  if (!areHeadersSigned(request, authorization)) {
    return refused(
      'UnsignedHeadersException',
      'There were headers present in the request which were not signed',
    );
  }
  const scopeErrors = compareScope(authorization, scope);
  if (scopeErrors !== '') return refused('InvalidSignatureException', scopeErrors);
  const signedQuery = query.split('&').filter((pair) => !pair.startsWith('X-Amz-Signature='));
  const signed = { ...request, url: `${path}?${signedQuery.join('&')}` };
  const payloadHash = value('Content-Sha256') || presignedPayload(authorization, request.body);
  const expected = sign(signed, { authorization, time, payloadHash }, credentials);
  if (!isEqual(expected, signature)) return refused('InvalidSignatureException', mismatch);
  const { accessKeyId, region, service } = authorization;
  return { type: 'valid', accessKeyId, region, service };
}

/** Returns what is wrong with the time of a presigned URL, if anything is. */
function presignedLateness(startMs: number, seconds: number, nowMs: number): string | undefined {
  if (nowMs > startMs + seconds * 1000) return 'Request has expired';
  return startMs > nowMs + maxSkewMs ? 'Request is not yet valid' : undefined;
}

/** The body of an upload to S3 is not signed. Presigned requests of other services have none. */
function presignedPayload({ service }: Authorization, body: Buffer): string {
  return service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(body);
}
