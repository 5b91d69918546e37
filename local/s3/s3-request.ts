import { createHash } from 'node:crypto';
import { readTrailers, decodeChunks } from '#local/wire/aws-chunked.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest } from '#local/wire/aws-exchange.ts';
import { checksumOf, isChecksumName } from '#local/s3/checksums.ts';

/** A request to S3 with its path and query parsed and its body decoded. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Empty for a request to the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The checksum of the body: the name of its header, and its value. */
  readonly checksum: readonly [header: string, value: string] | undefined;
}

/** Reads a request. Throws S3's error if the body does not match its length or checksums. */
export function readS3Request({
  method,
  url,
  headers: rawHeaders,
  body: raw,
}: AwsRequest): S3Request {
  const [path = '/', search = ''] = url.split(/\?(.*)/su);
  const [bucket = '', ...key] = path.slice(1).split('/').map(decodeURIComponent);
  const entries = Object.entries(rawHeaders).filter(([name]) => !name.startsWith(':'));
  const headers = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  const isChunked = headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true;
  const body = isChunked ? decodeChunks(raw) : raw;
  checkLength(headers, body);
  const checksum = checksumIn(headers, isChunked ? readTrailers(raw) : new Map());
  const query = new URLSearchParams(search);
  const isCompletion = method === 'POST' && query.has('uploadId');
  if (!isCompletion) verifyChecksums(headers, body, checksum);
  return {
    method,
    bucket,
    headers,
    body,
    checksum,
    key: key.join('/'),
    query,
  };
}

function checkLength(headers: S3Request['headers'], body: Buffer): void {
  const declared = headers['x-amz-decoded-content-length'];
  if (declared === undefined || Number(declared) === body.length) return;
  const message =
    'You did not provide the number of bytes specified by the Content-Length HTTP header';
  throw new AwsError('IncompleteBody', message);
}

function checksumIn(
  headers: S3Request['headers'],
  trailers: ReadonlyMap<string, string>,
): S3Request['checksum'] {
  const all = [...Object.entries(headers), ...trailers];
  return all.find(([name]) => isChecksumName(name.replace('x-amz-checksum-', '')));
}

/** Throws S3's error if bytes do not match the MD5 digest of the headers or the checksum. */
export function verifyChecksums(
  headers: S3Request['headers'],
  body: Buffer,
  checksum: S3Request['checksum'],
): void {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new AwsError(
      'BadDigest',
      'The Content-MD5 you specified did not match what we received.',
    );
  }
  if (checksum === undefined) return;
  const [header, value] = checksum;
  const name = header.replace('x-amz-checksum-', '');
  if (isChecksumName(name) && !value.includes('-') && checksumOf(name, body) !== value) {
    const message = `The ${name.toUpperCase()} you specified did not match the calculated checksum.`;
    throw new AwsError('BadDigest', message);
  }
}
