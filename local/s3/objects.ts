import { createHash } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import type { ObjectStore, StoredObject } from '#local/s3/object-store.ts';
import { httpDate, type S3Response } from '#local/s3/s3-response.ts';
import type { S3Request } from '#local/s3/s3-request.ts';
import { record } from '#local/template/json.ts';

/** What the operations on objects work with. */
export interface ObjectApi {
  readonly store: ObjectStore;
  now(): number;
  /** Emits an event about an object, such as `ObjectCreated:Put`. */
  emitEvent(
    event: string,
    bucket: string,
    object: Pick<StoredObject, 'key' | 'size' | 'etag'>,
  ): void;
}

/** The headers of a PUT that are returned with the object. */
const storedHeaders =
  /^(?:cache-control|content-(?:disposition|encoding|language|type)|expires|x-amz-(?:meta-.+|checksum-.+|storage-class|website-redirect-location))$/u;

/** Returns the headers of a request that are stored with the object, in JSON. */
export function headersToStore({ headers, checksum }: S3Request): string {
  const stored = Object.entries(headers).filter(([name]) => storedHeaders.test(name));
  const encoding = headers['content-encoding']?.replace(/(?:^|,)\s*aws-chunked\s*(?:,|$)/u, '');
  const own = {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(stored),
    ...(checksum === undefined ? {} : { [checksum[0]]: checksum[1] }),
  };
  const { 'content-encoding': _, ...others } = { ...own, 'content-encoding': '' };
  return JSON.stringify(
    encoding === undefined || encoding === ''
      ? others
      : { ...others, 'content-encoding': encoding },
  );
}

/** Returns the entity tag of bytes, in double quotes. */
export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** Returns S3's error for an object that does not exist. */
export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    members: { Key: key },
  });
}

/** Returns S3's error for a bucket that does not exist. */
export function noSuchBucket(BucketName: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
    status: 404,
    members: { BucketName },
  });
}

/** Handles PutObject. Throws S3's error if a precondition fails. */
export async function putObject(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const { store, now, emitEvent } = api;
  const { bucket, key, body, checksum } = request;
  const file = await writeIfAllowed(api, request, body);
  const etag = etagOf(body);
  const object = {
    key,
    file,
    etag,
    size: body.length,
    headers: headersToStore(request),
    modifiedAt: Math.floor(now()),
  };
  await store.put(bucket, object);
  emitEvent('ObjectCreated:Put', bucket, object);
  const checksumHeader = checksum === undefined ? {} : { [checksum[0]]: checksum[1] };
  return { status: 200, headers: { etag, ...checksumHeader } };
}

/**
 * Writes the bytes of an object to a file and returns its name. Throws S3's error if a precondition
 * fails, also if another request has stored the object in the meantime.
 */
export async function writeIfAllowed(
  { store }: Pick<ObjectApi, 'store'>,
  { bucket, key, headers }: S3Request,
  body: Buffer,
): Promise<string> {
  checkPreconditions(store.find(bucket, key), headers);
  const file = await store.write(body);
  try {
    checkPreconditions(store.find(bucket, key), headers);
  } catch (error) {
    await store.discard(file);
    throw error;
  }
  return file;
}

function checkPreconditions(
  existing: StoredObject | undefined,
  headers: S3Request['headers'],
): void {
  const unknown = headers['if-none-match'];
  // S3 supports no entity tag here.
  if (unknown !== undefined && unknown !== '*') throw notImplemented();
  if (unknown !== undefined && existing !== undefined) throw preconditionFailed();
  const etag = headers['if-match'];
  if (etag === undefined) return;
  if (existing === undefined) throw noSuchKey('');
  if (etag !== existing.etag && etag !== existing.etag.replaceAll('"', '')) {
    throw preconditionFailed();
  }
}

/** Returns S3's error for what it does not support. */
export function notImplemented(): AwsError {
  const message = 'A header or query you provided implies functionality that is not implemented';
  return new AwsError('NotImplemented', message, { status: 501 });
}

/** Returns S3's error for a precondition that does not hold. */
export function preconditionFailed(): AwsError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new AwsError('PreconditionFailed', message, { status: 412 });
}

/** Handles GetObject and HeadObject, with ranges and preconditions. */
export async function getObject({ store }: ObjectApi, request: S3Request): Promise<S3Response> {
  const { bucket, key, headers, query, method } = request;
  const object = store.find(bucket, key);
  if (object === undefined) throw noSuchKey(key);
  // The checksum covers the whole object, so a range is returned without it.
  const isWhole = headers['range'] === undefined;
  const withChecksum = isWhole && headers['x-amz-checksum-mode'] === 'ENABLED';
  const objectHeaders = headersOf(object, query, withChecksum);
  if (isUnchanged(object, headers)) return { status: 304, headers: objectHeaders };
  checkMatch(object, headers);
  const body = await store.read(object.file);
  const range = readRange(headers['range'], body.length);
  const part = range === undefined ? body : body.subarray(range.start, range.end + 1);
  const rangeHeader =
    range === undefined
      ? {}
      : { 'content-range': `bytes ${range.start}-${range.end}/${body.length}` };
  const allHeaders = {
    ...objectHeaders,
    ...rangeHeader,
    'content-length': String(part.length),
  };
  const response = { status: range === undefined ? 200 : 206, headers: allHeaders };
  return method === 'HEAD' ? response : { ...response, body: part };
}

/** The query parameters that override stored headers. */
const overrideParameter =
  /^response-(?:cache-control|content-(?:disposition|encoding|language|type)|expires)$/u;

function checkHeaderValue(name: string, value: string): string {
  if (/^[\t\u{20}-\u{7E}]*$/u.test(value)) return value;
  throw new AwsError(
    'InvalidArgument',
    `Header value cannot be represented using ISO-8859-1: ${name}`,
  );
}

/** A presigned URL can override the stored headers. */
function headersOf(
  object: StoredObject,
  query: URLSearchParams,
  withChecksum: boolean,
): Record<string, string> {
  const stored = Object.entries(record(JSON.parse(object.headers)))
    .filter(([name]) => withChecksum || !name.startsWith('x-amz-checksum-'))
    .map(([name, value]) => [name, String(value)] as const);
  const overrides = [...query]
    .filter(([name]) => overrideParameter.test(name))
    .map(
      ([name, value]) => [name.slice('response-'.length), checkHeaderValue(name, value)] as const,
    );
  return {
    etag: object.etag,
    'last-modified': httpDate(object.modifiedAt),
    'accept-ranges': 'bytes',
    ...Object.fromEntries([...stored, ...overrides]),
  };
}

function isUnchanged({ etag, modifiedAt }: StoredObject, headers: S3Request['headers']): boolean {
  const knownEtag = headers['if-none-match'];
  if (knownEtag !== undefined) return knownEtag === '*' || knownEtag === etag;
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Math.floor(modifiedAt / 1000) * 1000;
}

function checkMatch(
  { etag }: StoredObject,
  headers: Readonly<Record<string, string | undefined>>,
): void {
  const required = headers['if-match'];
  if (required === undefined || required === '*') return;
  if (required.replaceAll('"', '') !== etag.replaceAll('"', '')) throw preconditionFailed();
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Reads a single byte range. An invalid header is ignored, as in S3. */
function readRange(header: string | undefined, size: number): Range | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/u.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  if (start <= end) return { start, end };
  // A range that ends before it begins is invalid.
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416 });
}

/** Handles DeleteObject. Deleting an object that does not exist succeeds. */
export async function deleteObject(
  api: ObjectApi,
  { bucket, key }: S3Request,
): Promise<S3Response> {
  const existed = await api.store.delete(bucket, key);
  if (existed) api.emitEvent('ObjectRemoved:Delete', bucket, { key, size: 0, etag: '' });
  return { status: 204 };
}
