import { createHash, randomUUID } from 'node:crypto';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { AwsError } from '#local/wire/aws-error.ts';
import type { Part, Upload } from '#local/s3/object-store.ts';
import { etagOf, headersToKeep, type ObjectApi } from '#local/s3/objects.ts';
import { xmlAnswer, type S3Answer } from '#local/s3/s3-answer.ts';
import { checkSums, type S3Request } from '#local/s3/s3-request.ts';
import { record, type Json } from '#local/template/json.ts';

/** The least size of every part but the last. */
const minPartBytes = 5 * 1024 * 1024;

export function createUpload({ store, now }: ObjectApi, request: S3Request): S3Answer {
  const { bucket: Bucket, key: Key } = request;
  const UploadId = randomUUID();
  const headers = headersToKeep(request);
  store.beginUpload({
    id: UploadId,
    bucket: Bucket,
    key: Key,
    headers,
    createdAt: Math.floor(now()),
  });
  return xmlAnswer('InitiateMultipartUploadResult', { Bucket, Key, UploadId });
}

export async function uploadPart({ store }: ObjectApi, request: S3Request): Promise<S3Answer> {
  const { query, body, checksum } = request;
  const upload = knownUpload({ store }, request);
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new AwsError(
      'InvalidArgument',
      'Part number must be an integer between 1 and 10000, inclusive',
    );
  }
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

function knownUpload(
  { store }: Pick<ObjectApi, 'store'>,
  { bucket, key, query }: S3Request,
): Upload {
  const upload = store.findUpload(query.get('uploadId') ?? '');
  if (upload !== undefined && upload.bucket === bucket && upload.key === key) return upload;
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  throw new AwsError('NoSuchUpload', message, { status: 404 });
}

export async function completeUpload(api: ObjectApi, request: S3Request): Promise<S3Answer> {
  const { store, now, happened } = api;
  const { bucket, key, body } = request;
  const upload = knownUpload(api, request);
  const parts = chosenParts(store.parts(upload.id), body);
  const bodies = await Promise.all(parts.map(({ file }) => store.read(file)));
  const whole = Buffer.concat(bodies);
  // The checksum of a completion is that of the whole object.
  checkSums(request.headers, { body: whole, checksum: request.checksum });
  const digests = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
  const digest = createHash('md5').update(Buffer.concat(digests)).digest('hex');
  const etag = `"${digest}-${parts.length}"`;
  const file = await store.write(whole);
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
  happened('ObjectCreated:CompleteMultipartUpload', bucket, object);
  const Location = `/${bucket}/${key}`;
  return xmlAnswer('CompleteMultipartUploadResult', {
    Location,
    Bucket: bucket,
    Key: key,
    ETag: etag,
  });
}

/** The parts that the caller names, which must be there as named and in order. */
function chosenParts(parts: readonly Part[], body: Buffer): readonly Part[] {
  const named = namedIn(body, 'CompleteMultipartUpload', 'Part');
  if (named.length === 0) {
    throw malformed();
  }
  const numbers = named.map((part) => Number(part['PartNumber']));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return named.map(({ ETag }, index) => {
    const part = parts.find(({ number }) => number === numbers[index]);
    const tag = String(ETag).replaceAll('"', '');
    if (part === undefined || part.etag.replaceAll('"', '') !== tag) {
      throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.');
    }
    if (part.size < minPartBytes && index < named.length - 1) {
      throw new AwsError(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
      );
    }
    return part;
  });
}

/** The elements of a name below a root, as objects of texts. Throws for what is no such XML. */
export function namedIn(body: Buffer, root: string, name: string): readonly Json[] {
  const text = body.toString('utf8');
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    isArray: (tag) => tag === name,
  });
  const parsed = XMLValidator.validate(text) === true ? record(parser.parse(text)) : {};
  if (!Object.hasOwn(parsed, root)) throw malformed();
  const found = record(parsed[root])[name];
  return Array.isArray(found) ? found.map(record) : [];
}

function malformed(): AwsError {
  const message =
    'The XML you provided was not well-formed or did not validate against our published schema';
  return new AwsError('MalformedXML', message);
}

export async function abortUpload(api: ObjectApi, request: S3Request): Promise<S3Answer> {
  await api.store.endUpload(knownUpload(api, request).id);
  return { status: 204 };
}

export function listParts(api: ObjectApi, request: S3Request): S3Answer {
  const { id, bucket, key } = knownUpload(api, request);
  const parts = api.store.parts(id).map(({ number, etag, size }) => {
    return { PartNumber: number, ETag: etag, Size: size };
  });
  return xmlAnswer('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: id,
    IsTruncated: false,
    Part: parts,
  });
}

export function listUploads({ store }: ObjectApi, { bucket }: S3Request): S3Answer {
  const uploads = store.uploads(bucket).map(({ id, key, createdAt }) => {
    return { Key: key, UploadId: id, Initiated: new Date(createdAt).toISOString() };
  });
  return xmlAnswer('ListMultipartUploadsResult', {
    Bucket: bucket,
    IsTruncated: false,
    Upload: uploads,
  });
}
