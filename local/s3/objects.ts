import { createHash } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import type { ObjectStore, StoredObject } from '#local/s3/object-store.ts';
import { httpDate, xmlAnswer, type S3Answer } from '#local/s3/s3-answer.ts';
import type { S3Request } from '#local/s3/s3-request.ts';
import { record } from '#local/template/json.ts';

export interface ObjectApi {
  readonly store: ObjectStore;
  now(): number;
  /** Told of what happens to objects: `ObjectCreated:Put`. */
  happened(
    event: string,
    bucket: string,
    object: Pick<StoredObject, 'key' | 'size' | 'etag'>,
  ): void;
}

/** Headers of a PUT that come back with the object. */
const keptHeaders =
  /^(?:cache-control|content-(?:disposition|encoding|language|type)|expires|x-amz-(?:meta-.+|checksum-.+|storage-class|website-redirect-location))$/u;

/** What of a request's headers is kept with the object, in JSON. */
export function headersToKeep({ headers, checksum }: S3Request): string {
  const kept = Object.entries(headers).filter(([name]) => keptHeaders.test(name));
  const encoding = headers['content-encoding']?.replace(/(?:^|,)\s*aws-chunked\s*(?:,|$)/u, '');
  const own = {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(kept),
    ...(checksum === undefined ? {} : { [checksum[0]]: checksum[1] }),
  };
  const { 'content-encoding': _, ...others } = { ...own, 'content-encoding': '' };
  return JSON.stringify(
    encoding === undefined || encoding === ''
      ? others
      : { ...others, 'content-encoding': encoding },
  );
}

/** The tag of some bytes, in the quotes that it always has. */
export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    members: { Key: key },
  });
}

export async function putObject(api: ObjectApi, request: S3Request): Promise<S3Answer> {
  const { store, now, happened } = api;
  const { bucket, key, body, headers, checksum } = request;
  checkPut(store.find(bucket, key), headers);
  const file = await store.write(body);
  const etag = etagOf(body);
  const object = {
    key,
    file,
    etag,
    size: body.length,
    headers: headersToKeep(request),
    modifiedAt: Math.floor(now()),
  };
  await store.put(bucket, object);
  happened('ObjectCreated:Put', bucket, object);
  const told = checksum === undefined ? {} : { [checksum[0]]: checksum[1] };
  return { status: 200, headers: { etag, ...told } };
}

function checkPut(before: StoredObject | undefined, headers: S3Request['headers']): void {
  const failed = new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    {
      status: 412,
    },
  );
  if (headers['if-none-match'] === '*' && before !== undefined) throw failed;
  const wanted = headers['if-match'];
  if (wanted === undefined) return;
  if (before === undefined) throw noSuchKey('');
  if (wanted !== before.etag && wanted !== before.etag.replaceAll('"', '')) throw failed;
}

export async function copyObject(api: ObjectApi, request: S3Request): Promise<S3Answer> {
  const { store, now, happened } = api;
  const { bucket, key, headers } = request;
  const source = copySource(headers['x-amz-copy-source'] ?? '');
  const [fromBucket = '', ...fromKey] = source.split('/');
  const found = store.find(fromBucket, fromKey.join('/').replace(/\?versionId=.*$/u, ''));
  if (found === undefined) throw noSuchKey(fromKey.join('/'));
  checkMatch(found, { 'if-match': headers['x-amz-copy-source-if-match'] });
  const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE';
  const copy = {
    ...found,
    key,
    file: await store.write(await store.read(found.file)),
    headers: isReplaced ? headersToKeep(request) : found.headers,
    modifiedAt: Math.floor(now()),
  };
  await store.put(bucket, copy);
  happened('ObjectCreated:Copy', bucket, copy);
  const LastModified = new Date(copy.modifiedAt).toISOString();
  return xmlAnswer('CopyObjectResult', { LastModified, ETag: copy.etag });
}

function copySource(header: string): string {
  try {
    return decodeURIComponent(header).replace(/^\//u, '');
  } catch (error) {
    throw new AwsError('InvalidArgument', `Invalid copy source encoding: ${String(error)}`);
  }
}

/** GET and HEAD, with ranges and conditions. */
export async function getObject({ store }: ObjectApi, request: S3Request): Promise<S3Answer> {
  const { bucket, key, headers, query, method } = request;
  const object = store.find(bucket, key);
  if (object === undefined) throw noSuchKey(key);
  // The checksum is of the whole, so a part comes without it.
  const isWhole = headers['range'] === undefined;
  const own = headersOf(object, query, isWhole && headers['x-amz-checksum-mode'] === 'ENABLED');
  if (isUnchanged(object, headers)) return { status: 304, headers: own };
  checkMatch(object, headers);
  const body = await store.read(object.file);
  const range = readRange(headers['range'], body.length);
  const part = range === undefined ? body : body.subarray(range.start, range.end + 1);
  const ranged =
    range === undefined
      ? {}
      : { 'content-range': `bytes ${range.start}-${range.end}/${body.length}` };
  const told = { ...own, ...ranged, 'content-length': String(part.length) };
  const status = range === undefined ? 200 : 206;
  return method === 'HEAD' ? { status, headers: told } : { status, headers: told, body: part };
}

/** Headers that a request may ask to be other than those that were kept. */
const overridable =
  /^response-(?:cache-control|content-(?:disposition|encoding|language|type)|expires)$/u;

function headerValue(name: string, value: string): string {
  if (/^[\t\u{20}-\u{7E}]*$/u.test(value)) return value;
  throw new AwsError(
    'InvalidArgument',
    `Header value cannot be represented using ISO-8859-1: ${name}`,
  );
}

/** A presigned URL may ask for other headers than those that were kept. */
function headersOf(
  object: StoredObject,
  query: URLSearchParams,
  withChecksum: boolean,
): Record<string, string> {
  const kept = Object.entries(record(JSON.parse(object.headers)))
    .filter(([name]) => withChecksum || !name.startsWith('x-amz-checksum-'))
    .map(([name, value]) => [name, String(value)] as const);
  const asked = [...query]
    .filter(([name]) => overridable.test(name))
    .map(([name, value]) => [name.slice('response-'.length), headerValue(name, value)] as const);
  return {
    etag: object.etag,
    'last-modified': httpDate(object.modifiedAt),
    'accept-ranges': 'bytes',
    ...Object.fromEntries([...kept, ...asked]),
  };
}

function isUnchanged({ etag, modifiedAt }: StoredObject, headers: S3Request['headers']): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) return known === '*' || known === etag;
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Math.floor(modifiedAt / 1000) * 1000;
}

function checkMatch(
  { etag }: StoredObject,
  headers: Readonly<Record<string, string | undefined>>,
): void {
  const wanted = headers['if-match'];
  if (
    wanted === undefined ||
    wanted === '*' ||
    wanted.replaceAll('"', '') === etag.replaceAll('"', '')
  )
    return;
  throw new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    {
      status: 412,
    },
  );
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** One range of bytes; what is no range is ignored, as S3 does. */
function readRange(header: string | undefined, size: number): Range | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/u.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  if (start <= end) return { start, end };
  // A range that ends before it begins is none.
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416 });
}

export async function deleteObject(api: ObjectApi, { bucket, key }: S3Request): Promise<S3Answer> {
  const wasThere = await api.store.delete(bucket, key);
  if (wasThere) api.happened('ObjectRemoved:Delete', bucket, { key, size: 0, etag: '' });
  return { status: 204 };
}
