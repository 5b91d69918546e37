import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type ListObjectsV2CommandOutput,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;
let s3: S3Client;
let Bucket = '';

beforeAll(async () => {
  system = await hostTemplate('sam-bucket/template.yaml');
  s3 = new S3Client(system.config);
  Bucket = system.state.buckets['Files'] ?? '';
});

afterAll(() => system.close());

const put = (
  Key: string,
  Body: NonNullable<PutObjectCommandInput['Body']>,
  more: Partial<PutObjectCommandInput> = {},
) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

async function read(Key: string, Range?: string): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, Range }));
  return Body?.transformToString();
}

test.each(['plain', 'with space', 'ü/日本語/%41+&?#=.bin', 'a//b', "quotes'()*!"])(
  'an object can be stored under the key %s',
  async (Key) => {
    await put(Key, 'bytes of it', {
      ContentType: 'text/x-own',
      Metadata: { who: 'me' },
      CacheControl: 'no-store',
    });
    expect(await read(Key)).toBe('bytes of it');
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ContentLength: 11,
      ContentType: 'text/x-own',
      CacheControl: 'no-store',
      Metadata: { who: 'me' },
      ETag: expect.stringMatching(/^"[\da-f]{32}"$/u) as string,
    });
  },
);

test('a chunked upload is stored without its framing and its checksum is verified', async () => {
  const bytes = Buffer.alloc(300_000, 'x');
  await put('streamed', Readable.from([bytes.subarray(0, 99), bytes.subarray(99)]), {
    ContentLength: bytes.length,
    ChecksumAlgorithm: 'SHA256',
  });
  const { Body, ChecksumSHA256 } = await s3.send(
    new GetObjectCommand({ Bucket, Key: 'streamed', ChecksumMode: 'ENABLED' }),
  );
  expect((await Body?.transformToByteArray())?.length).toBe(300_000);
  expect(ChecksumSHA256).toBeDefined();
  for (const algorithm of ['CRC32', 'CRC32C', 'SHA1'] as const)
    await put(algorithm, 'sum', { ChecksumAlgorithm: algorithm });
  await expect(put('wrong', 'sum', { ChecksumSHA256: 'AAAA' })).rejects.toMatchObject({
    name: 'BadDigest',
  });
});

test('byte ranges and conditional headers are honoured', async () => {
  const { ETag } = await put('ranged', '0123456789');
  expect(await read('ranged', 'bytes=2-4')).toBe('234');
  expect(await read('ranged', 'bytes=-3')).toBe('789');
  expect(await read('ranged', 'bytes=7-')).toBe('789');
  await expect(read('ranged', 'bytes=99-')).rejects.toMatchObject({ name: 'InvalidRange' });
  const get = (more: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', ...more }));
  await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(put('ranged', 'x', { IfNoneMatch: '*' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await expect(put('ranged', 'x', { IfNoneMatch: ETag })).rejects.toMatchObject({
    name: 'NotImplemented',
  });
  await expect(read('nowhere')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('of several conditional uploads at the same time, one is stored', async () => {
  const bodies = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100_000));
  const uploads = await Promise.allSettled(
    bodies.map((body) => put('contended', body, { IfNoneMatch: '*' })),
  );
  const stored = uploads.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
  expect(stored).toHaveLength(1);
  expect(await read('contended')).toBe(bodies[stored[0] ?? 0]);
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'contended' }),
  );
  const part = { Bucket, Key: 'contended', UploadId };
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, PartNumber: 1, Body: 'x' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const complete = { ...part, MultipartUpload, IfNoneMatch: '*' };
  await expect(s3.send(new CompleteMultipartUploadCommand(complete))).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await s3.send(new AbortMultipartUploadCommand(part));
});

test('a listing returns common prefixes and pages', async () => {
  const keys = ['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/d/1', 'list/e'];
  for (const key of keys) await put(key, key);
  const pages: ListObjectsV2CommandOutput[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'list/',
        Delimiter: '/',
        MaxKeys: 2,
        ContinuationToken,
      }),
    );
    pages.push(page);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  expect(pages.map(({ KeyCount, IsTruncated }) => [KeyCount, IsTruncated])).toEqual([
    [2, true],
    [2, true],
    [1, false],
  ]);
  expect(pages.flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key))).toEqual([
    'list/a',
    'list/c',
    'list/e',
  ]);
  expect(
    pages.flatMap(({ CommonPrefixes = [] }) => CommonPrefixes.map(({ Prefix }) => Prefix)),
  ).toEqual(['list/b/', 'list/d/']);
});

test('a large object can be uploaded in parts', async () => {
  const Key = 'parts';
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain' }),
  );
  const upload = async (PartNumber: number, Body: Buffer) => {
    const { ETag } = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    );
    return { PartNumber, ETag };
  };
  const Parts = [
    await upload(1, Buffer.alloc(5 * 1024 * 1024, 'a')),
    await upload(2, Buffer.from('end')),
  ];
  const complete = (parts: typeof Parts) =>
    s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts: parts },
      }),
    );
  await expect(complete(Parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  expect((await complete(Parts)).ETag).toMatch(/-2"$/u);
  expect(await read(Key, 'bytes=-4')).toBe('aend');
  await expect(complete(Parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  const other = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
  expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
});

test('objects can be copied and deleted', async () => {
  await put('original', 'text', { Metadata: { a: '1' } });
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/original` }));
  const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }));
  expect(Metadata).toEqual({ a: '1' });
  const Delete = { Objects: [{ Key: 'copy' }, { Key: 'original' }] };
  const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
  expect(Deleted).toHaveLength(2);
  await expect(read('copy')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a presigned URL works for a web page until it expires or is changed', async () => {
  const sign = (expiresIn: number, Key = 'signed') =>
    getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }), { expiresIn });
  const origin = 'http://localhost:3000';
  const upload = (url: string): Promise<Response> =>
    fetch(url, { method: 'PUT', body: 'from a page', headers: { origin } });
  const url = await sign(60);
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT' },
  });
  expect(preflight.headers.get('access-control-allow-methods')).toBe('PUT, GET');
  const response = await upload(url);
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
    200,
    origin,
  ]);
  expect(await read('signed')).toBe('from a page');
  expect((await upload(url.replace('/signed', '/other'))).status).toBe(403);
  expect((await upload(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'))).status).toBe(403);
  expect(
    await (
      await upload((await sign(60)).replace(/X-Amz-Date=\d{8}/u, 'X-Amz-Date=20200101'))
    ).text(),
  ).toContain('<Code>Au');
  // A header that was not signed could change the operation.
  const headers = { origin, 'x-amz-copy-source': `${Bucket}/plain` };
  expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).toBe(403);
  const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'signed' }), {
    expiresIn: 60,
  });
  expect(await (await fetch(get)).text()).toBe('from a page');
});

test('a request without a valid signature is refused', async () => {
  const url = `${system.state.endpoints.aws}/${Bucket}/plain`;
  expect(await (await fetch(url)).text()).toContain('<Code>AccessDenied</Code>');
  // By default botocore signs URLs for hosts other than AWS in this old format.
  const old = await fetch(`${url}?AWSAccessKeyId=x&Signature=y&Expires=2000000000`);
  expect([old.status, await old.text()]).toEqual([
    400,
    expect.stringContaining('Please use AWS4-HMAC-SHA256.'),
  ]);
  const wrong = new S3Client({
    ...system.config,
    credentials: { ...system.state.credentials, secretAccessKey: 'x' },
  });
  await expect(wrong.send(new GetObjectCommand({ Bucket, Key: 'plain' }))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
});
