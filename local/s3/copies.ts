import type { StoredObject } from '#local/s3/object-store.ts';
import {
  etagOf,
  headersToStore,
  noSuchBucket,
  noSuchKey,
  preconditionFailed,
  type ObjectApi,
} from '#local/s3/objects.ts';
import { readPartNumber, requireUpload } from '#local/s3/multipart.ts';
import { xmlResponse, type S3Response } from '#local/s3/s3-response.ts';
import type { S3Request } from '#local/s3/s3-request.ts';
import { AwsError } from '#local/wire/aws-error.ts';

/** Handles CopyObject. Throws S3's error if the source does not exist or a precondition fails. */
export async function copyObject(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const { store, now, emitEvent } = api;
  const { bucket, key, headers } = request;
  const original = findSource(api, headers);
  const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE';
  const copy = {
    ...original,
    key,
    file: await store.write(await store.read(original.file)),
    headers: isReplaced ? headersToStore(request) : original.headers,
    modifiedAt: Math.floor(now()),
  };
  await store.put(bucket, copy);
  emitEvent('ObjectCreated:Copy', bucket, copy);
  const LastModified = new Date(copy.modifiedAt).toISOString();
  return xmlResponse('CopyObjectResult', { LastModified, ETag: copy.etag });
}

/**
 * Handles UploadPartCopy. Throws S3's error if the upload or the source does not exist, a
 * precondition fails, or the source does not have the range.
 */
export async function uploadPartCopy(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const { store, now } = api;
  const { headers, query } = request;
  const number = readPartNumber(query);
  const upload = requireUpload(api, request);
  const source = findSource(api, headers);
  const { start, end } = readCopyRange(headers['x-amz-copy-source-range'], source.size);
  const body = (await store.read(source.file)).subarray(start, end);
  const etag = etagOf(body);
  await store.putPart(upload.id, {
    number,
    etag,
    size: body.length,
    file: await store.write(body),
  });
  const LastModified = new Date(now()).toISOString();
  return xmlResponse('CopyPartResult', { LastModified, ETag: etag });
}

function findSource({ store }: ObjectApi, headers: S3Request['headers']): StoredObject {
  const [bucket = '', ...parts] = decodeCopySource(headers['x-amz-copy-source'] ?? '').split('/');
  const key = parts.join('/').replace(/\?versionId=.*$/u, '');
  if (bucket === '' || key === '') {
    const message = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
    throw invalidArgument(message, 'x-amz-copy-source', headers['x-amz-copy-source']);
  }
  if (!store.buckets().some(({ name }) => name === bucket)) throw noSuchBucket(bucket);
  const source = store.find(bucket, key);
  if (source === undefined) throw noSuchKey(key);
  checkSource(source, headers);
  return source;
}

function decodeCopySource(header: string): string {
  try {
    return decodeURIComponent(header).replace(/^\//u, '');
  } catch (error) {
    throw new AwsError('InvalidArgument', `Invalid copy source encoding: ${String(error)}`);
  }
}

/** An entity tag decides over a time of the same meaning (API reference, "CopyObject"). */
function checkSource({ etag, modifiedAt }: StoredObject, headers: S3Request['headers']): void {
  const header = (name: string): string | undefined => headers[`x-amz-copy-source-if-${name}`];
  const isTag = (tag: string): boolean =>
    tag === '*' || tag.replaceAll('"', '') === etag.replaceAll('"', '');
  const seconds = Math.floor(modifiedAt / 1000) * 1000;
  const required = header('match');
  const isMatch =
    required === undefined
      ? !(seconds > Date.parse(header('unmodified-since') ?? ''))
      : isTag(required);
  const known = header('none-match');
  const isNew =
    known === undefined ? !(seconds <= Date.parse(header('modified-since') ?? '')) : !isTag(known);
  if (!isMatch || !isNew) throw preconditionFailed();
}

/** Returns the part of the source to copy, whose `end` is exclusive. Both offsets must be given. */
function readCopyRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } {
  if (header === undefined) return { start: 0, end: size };
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/u.exec(header) ?? [];
  const name = 'x-amz-copy-source-range';
  if (first === '' || Number(first) > Number(last)) {
    const message = `The ${name} value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy`;
    throw invalidArgument(message, name, header);
  }
  if (Number(last) >= size) {
    const message = `Range specified is not valid for source object of size: ${size}`;
    throw invalidArgument(message, name, header);
  }
  return { start: Number(first), end: Number(last) + 1 };
}

function invalidArgument(message: string, name: string, value: string | undefined): AwsError {
  const members = { ArgumentName: name, ArgumentValue: value };
  return new AwsError('InvalidArgument', message, { members });
}
