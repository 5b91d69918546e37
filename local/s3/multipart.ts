import { createHash, randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import type { Part, Upload } from '#local/s3/object-store.ts';
import { etagOf, headersToStore, writeIfAllowed, type ObjectApi } from '#local/s3/objects.ts';
import { malformedXml, readElements } from '#local/s3/read-xml.ts';
import { xmlResponse, type S3Response } from '#local/s3/s3-response.ts';
import { verifyChecksums, type S3Request } from '#local/s3/s3-request.ts';

/** The minimum size of every part but the last. */
const minPartBytes = 5 * 1024 * 1024;

/** Handles CreateMultipartUpload. */
export function createUpload({ store, now }: ObjectApi, request: S3Request): S3Response {
  const { bucket: Bucket, key: Key } = request;
  const UploadId = randomUUID();
  const headers = headersToStore(request);
  store.beginUpload({
    id: UploadId,
    bucket: Bucket,
    key: Key,
    headers,
    createdAt: Math.floor(now()),
  });
  return xmlResponse('InitiateMultipartUploadResult', { Bucket, Key, UploadId });
}

/** Handles UploadPart. Throws S3's error for an invalid part number or an unknown upload. */
export async function uploadPart({ store }: ObjectApi, request: S3Request): Promise<S3Response> {
  const { query, body, checksum } = request;
  const upload = requireUpload({ store }, request);
  const number = readPartNumber(query);
  const etag = etagOf(body);
  await store.putPart(upload.id, {
    number,
    etag,
    size: body.length,
    file: await store.write(body),
  });
  return {
    status: 200,
    headers: { etag, ...(checksum === undefined ? {} : { [checksum[0]]: checksum[1] }) },
  };
}

/** Returns the part number of a request. Throws S3's error if it is not from 1 to 10,000. */
export function readPartNumber(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new AwsError(
    'InvalidArgument',
    'Part number must be an integer between 1 and 10000, inclusive',
  );
}

/** Returns the upload of a request. Throws S3's error if it does not exist. */
export function requireUpload(
  { store }: Pick<ObjectApi, 'store'>,
  { bucket, key, query }: S3Request,
): Upload {
  const upload = store.findUpload(query.get('uploadId') ?? '');
  if (upload !== undefined && upload.bucket === bucket && upload.key === key) return upload;
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  throw new AwsError('NoSuchUpload', message, { status: 404 });
}

/** Handles CompleteMultipartUpload. Throws S3's error if a part or a precondition fails. */
export async function completeUpload(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const { store, now, emitEvent } = api;
  const { bucket, key, body } = request;
  const upload = requireUpload(api, request);
  const parts = selectParts(store.parts(upload.id), body);
  const bodies = await Promise.all(parts.map(({ file }) => store.read(file)));
  const whole = Buffer.concat(bodies);
  // The checksum of this request is that of the whole object.
  verifyChecksums(request.headers, whole, request.checksum);
  const digests = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
  const digest = createHash('md5').update(Buffer.concat(digests)).digest('hex');
  const etag = `"${digest}-${parts.length}"`;
  const file = await writeIfAllowed(api, request, whole);
  const object = {
    key,
    file,
    etag,
    size: whole.length,
    headers: upload.headers,
    modifiedAt: Math.floor(now()),
  };
  await store.put(bucket, object);
  await store.endUpload(upload.id);
  emitEvent('ObjectCreated:CompleteMultipartUpload', bucket, object);
  const Location = `/${bucket}/${key}`;
  return xmlResponse('CompleteMultipartUploadResult', {
    Location,
    Bucket: bucket,
    Key: key,
    ETag: etag,
  });
}

/** Returns the parts that the request lists. They must exist and be in order. */
function selectParts(parts: readonly Part[], body: Buffer): readonly Part[] {
  const listed = readElements(body, 'CompleteMultipartUpload', 'Part');
  if (listed.length === 0) throw malformedXml();
  const numbers = listed.map((part) => Number(part['PartNumber']));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return listed.map(({ ETag }, index) => {
    const part = parts.find(({ number }) => number === numbers[index]);
    const tag = String(ETag).replaceAll('"', '');
    if (part === undefined || part.etag.replaceAll('"', '') !== tag) {
      throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.');
    }
    if (part.size < minPartBytes && index < listed.length - 1) {
      throw new AwsError(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
      );
    }
    return part;
  });
}

/** Handles AbortMultipartUpload. */
export async function abortUpload(api: ObjectApi, request: S3Request): Promise<S3Response> {
  await api.store.endUpload(requireUpload(api, request).id);
  return { status: 204 };
}

/** Handles ListParts. */
export function listParts(api: ObjectApi, request: S3Request): S3Response {
  const { id, bucket, key } = requireUpload(api, request);
  const parts = api.store.parts(id).map(({ number, etag, size }) => {
    return { PartNumber: number, ETag: etag, Size: size };
  });
  return xmlResponse('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: id,
    IsTruncated: false,
    Part: parts,
  });
}

/** Handles ListMultipartUploads. */
export function listUploads({ store }: ObjectApi, { bucket }: S3Request): S3Response {
  const uploads = store.uploads(bucket).map(({ id, key, createdAt }) => {
    return { Key: key, UploadId: id, Initiated: new Date(createdAt).toISOString() };
  });
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket,
    IsTruncated: false,
    Upload: uploads,
  });
}
