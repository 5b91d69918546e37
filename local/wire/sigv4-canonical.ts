import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Credentials, SignedRequest } from '#local/wire/signed-request.ts';

/** The parts of an `Authorization` header. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What is signed, apart from the request and the keys. */
export interface SigningInput {
  readonly authorization: Authorization;
  readonly time: string;
  readonly payloadHash: string | undefined;
}

/** Returns the expected signature of a request, in hexadecimal. */
export function sign(
  request: Omit<SignedRequest, 'body'>,
  input: SigningInput,
  credentials: Credentials,
): string {
  const { authorization, time, payloadHash } = input;
  const { signedHeaders } = authorization;
  const [path = '/', query = ''] = request.url.split(/\?(.*)/su);
  const canonical = [
    request.method,
    authorization.service === 's3' ? canonicalS3Path(path) : canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers, name)}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const lines = ['AWS4-HMAC-SHA256', time, credentialScope(authorization), sha256(canonical)];
  return hmac(deriveSigningKey(authorization, credentials), lines.join('\n')).toString('hex');
}

/** Returns the credential scope: `20261121/us-east-1/s3/aws4_request`. */
export function credentialScope({ date, region, service }: Authorization): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** How many signing keys are kept. Unsigned requests can name any Region and service. */
const maxSigningKeys = 100;

const signingKeys = new Map<string, KeyObject>();

/** Returns the signing key for one day, Region and service. It is derived once, in four steps. */
export function deriveSigningKey(
  { date, region, service }: Authorization,
  { secretAccessKey }: Credentials,
): KeyObject {
  const name = [secretAccessKey, date, region, service].join('/');
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  const first = hmac(`AWS4${secretAccessKey}`, date);
  const key = createSecretKey([region, service, 'aws4_request'].reduce(hmac, first));
  if (signingKeys.size >= maxSigningKeys) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

/** S3 encodes the path once and keeps empty segments, as object keys can contain them. */
function canonicalS3Path(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
}

/** Every service except S3 encodes the segments of the received path once more. */
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
  // They are sorted by name, then by value. The `=` between them is not compared.
  const sorted = encoded.toSorted(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)));
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
}

function order(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function canonicalHeader(headers: SignedRequest['headers'], name: string): string {
  // HTTP/2 sends the host as `:authority`, and some clients sign it under that name.
  const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined);
  return headerText(value).trim().replaceAll(/\s+/gu, ' ');
}

/** Percent-encodes as in RFC 3986, which encodes more than `encodeURIComponent`. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Returns the SHA-256 hash in hexadecimal. */
export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Returns the HMAC-SHA-256. */
export function hmac(key: Buffer | string | KeyObject, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Returns the values of a header, joined with commas. */
export function headerText(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(',');
}
