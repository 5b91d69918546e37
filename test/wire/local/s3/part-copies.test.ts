import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCopyCommand,
  type UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;
let s3: S3Client;
let Bucket = '';
let etag = '';

const source = 'source ü+?.bin';
const first = Buffer.alloc(5 * 1024 * 1024, 'a');

beforeAll(async () => {
  system = await hostTemplate('sam-bucket/template.yaml');
  s3 = new S3Client(system.config);
  Bucket = system.state.buckets['Files'] ?? '';
  const Body = Buffer.concat([first, Buffer.from('the end')]);
  const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket, Key: source, Body }));
  etag = ETag;
});

afterAll(() => system.close());

const CopySource = (): string => `${Bucket}/${encodeURIComponent(source)}`;

async function begin(Key: string): Promise<string> {
  const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  return UploadId;
}

test('parts are copied from ranges of an object', async () => {
  const Key = 'copied';
  const UploadId = await begin(Key);
  const part = async (PartNumber: number, CopySourceRange?: string) => {
    const input = { Bucket, Key, UploadId, PartNumber, CopySource: CopySource(), CopySourceRange };
    const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(input));
    expect(CopyPartResult?.LastModified).toBeInstanceOf(Date);
    return { PartNumber, ETag: CopyPartResult?.ETag };
  };
  const Parts = [
    await part(1, `bytes=0-${first.length - 1}`),
    await part(2),
    await part(3, `bytes=${first.length + 4}-${first.length + 6}`),
  ];
  expect(Parts[1]?.ETag).toBe(etag);
  await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const whole = Buffer.from((await Body?.transformToByteArray()) ?? []);
  const expected = Buffer.concat([first, first, Buffer.from('the endend')]);
  expect(whole.equals(expected)).toBe(true);
});

test.each<[string, string, number, Partial<UploadPartCopyCommandInput>]>([
  ['no object', 'NoSuchKey', 404, { CopySource: '${bucket}/missing' }],
  ['no bucket', 'NoSuchBucket', 404, { CopySource: 'no-such-bucket/key' }],
  ['no key', 'InvalidArgument', 400, { CopySource: '${bucket}' }],
  ['no upload', 'NoSuchUpload', 404, { UploadId: 'missing' }],
  ['a part number of 0', 'InvalidArgument', 400, { PartNumber: 0 }],
  ['a range past the end', 'InvalidArgument', 400, { CopySourceRange: 'bytes=0-5242887' }],
  ['a range without an end', 'InvalidArgument', 400, { CopySourceRange: 'bytes=5-' }],
  ['a range from the end', 'InvalidArgument', 400, { CopySourceRange: 'bytes=-5' }],
  ['a range that ends before it starts', 'InvalidArgument', 400, { CopySourceRange: 'bytes=5-4' }],
  ['two ranges', 'InvalidArgument', 400, { CopySourceRange: 'bytes=0-1,3-4' }],
  ['another entity tag', 'PreconditionFailed', 412, { CopySourceIfMatch: '"x"' }],
  ['its entity tag', 'PreconditionFailed', 412, { CopySourceIfNoneMatch: '${etag}' }],
  ['a change', 'PreconditionFailed', 412, { CopySourceIfUnmodifiedSince: new Date(0) }],
  ['no change', 'PreconditionFailed', 412, { CopySourceIfModifiedSince: new Date('2100-01-01') }],
])('a copy of a part with %s is refused as %s', async (_, name, status, change) => {
  const Key = 'refused';
  const texts = Object.entries(change).map(([member, value]) => [
    member,
    typeof value === 'string' ? value.replace('${bucket}', Bucket).replace('${etag}', etag) : value,
  ]);
  const input: UploadPartCopyCommandInput = {
    Bucket,
    Key,
    UploadId: await begin(Key),
    PartNumber: 1,
    CopySource: CopySource(),
    ...Object.fromEntries(texts),
  };
  await expect(s3.send(new UploadPartCopyCommand(input))).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: status },
  });
});

test('an entity tag decides over a time, for parts and for objects', async () => {
  const conditions = {
    CopySource: CopySource(),
    CopySourceIfMatch: etag,
    CopySourceIfUnmodifiedSince: new Date(0),
  };
  const upload = { Bucket, Key: 'tagged', UploadId: await begin('tagged'), PartNumber: 1 };
  await s3.send(new UploadPartCopyCommand({ ...upload, ...conditions }));
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'tagged', ...conditions }));
  const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'tagged' }));
  expect(ETag).toBe(etag);
  const changed = { Bucket, Key: 'tagged', CopySource: CopySource(), CopySourceIfNoneMatch: etag };
  await expect(s3.send(new CopyObjectCommand(changed))).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
});
