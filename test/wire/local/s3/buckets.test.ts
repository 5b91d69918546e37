import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
  type BucketLocationConstraint,
  type CORSRule,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostTemplate('sam-bucket/template.yaml');
});

afterAll(() => system.close());

const clientIn = (region: string): S3Client => new S3Client({ ...system.config, region });

async function create(region: string, Bucket: string, constraint?: string): Promise<unknown> {
  const LocationConstraint = constraint as BucketLocationConstraint | undefined;
  const CreateBucketConfiguration =
    LocationConstraint === undefined ? undefined : { LocationConstraint };
  return clientIn(region).send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
}

test.each([
  ['us-east-1', undefined, undefined, 'us-east-1'],
  ['us-east-1', 'eu-central-1', 'eu-central-1', 'eu-central-1'],
  ['us-east-1', 'EU', 'EU', 'eu-west-1'],
  ['ap-northeast-1', 'ap-northeast-1', 'ap-northeast-1', 'ap-northeast-1'],
  // The SDK adds the constraint.
  ['eu-west-2', undefined, 'eu-west-2', 'eu-west-2'],
])('in %s, a bucket with the constraint %s is in %s', async (region, given, location, head) => {
  const Bucket = `located-${region}-${String(given).toLowerCase()}`;
  await create(region, Bucket, given);
  const s3 = clientIn('us-east-1');
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }));
  expect(LocationConstraint).toBe(location);
  expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(head);
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new GetBucketLocationCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
});

test.each([
  ['us-east-1', 'us-east-1', 'InvalidLocationConstraint'],
  ['us-east-1', 'mars-north-1', 'InvalidLocationConstraint'],
  ['eu-west-1', 'mars-north-1', 'InvalidLocationConstraint'],
  ['eu-west-1', 'us-west-2', 'IllegalLocationConstraintException'],
])('in %s, the constraint %s is an %s', async (region, constraint, name) => {
  await expect(create(region, 'not-made', constraint)).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: 400 },
  });
});

test('a Region other than us-east-1 requires a constraint', async () => {
  // The SDK would add it.
  const client = new AwsClient({
    ...system.state.credentials,
    region: 'eu-west-1',
    service: 's3',
    retries: 0,
  });
  const response = await client.fetch(`${system.state.endpoints.aws}/unplaced`, { method: 'PUT' });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('The unspecified location constraint is incompatible'),
  ]);
});

test('a bucket can be created again in us-east-1 only', async () => {
  await create('us-east-1', 'again-here');
  await create('us-east-1', 'again-here');
  await create('eu-west-1', 'again-there');
  await expect(create('eu-west-1', 'again-there')).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
    $metadata: { httpStatusCode: 409 },
  });
});

const rules: CORSRule[] = [
  {
    ID: 'pages & more',
    AllowedOrigins: ['http://127.0.0.1:*', 'http://localhost:3000'],
    AllowedMethods: ['PUT', 'GET'],
    AllowedHeaders: ['x-amz-*', 'Content-Type'],
    ExposeHeaders: ['ETag', 'x-amz-request-id'],
    MaxAgeSeconds: 600,
  },
  { AllowedOrigins: ['*'], AllowedMethods: ['HEAD'] },
];

const put = (Bucket: string, CORSRules: CORSRule[]): Promise<unknown> =>
  clientIn('us-east-1').send(
    new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }),
  );

async function preflight(
  Bucket: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const url = `${system.state.endpoints.aws}/${Bucket}/key`;
  return fetch(url, { method: 'OPTIONS', headers });
}

test('the CORS rules of a bucket apply to preflight requests and to answers', async () => {
  const s3 = clientIn('us-east-1');
  const Bucket = 'with-cors';
  await create('us-east-1', Bucket);
  await expect(s3.send(new GetBucketCorsCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NoSuchCORSConfiguration',
    $metadata: { httpStatusCode: 404 },
  });
  await put(Bucket, rules);
  expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(rules);
  const origin = 'http://127.0.0.1:5173';
  const allowed = await preflight(Bucket, {
    origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'X-Amz-Meta-A, content-type',
  });
  expect(allowed.status).toBe(200);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'PUT, GET',
    'access-control-allow-headers': 'x-amz-meta-a, content-type',
    'access-control-expose-headers': 'ETag, x-amz-request-id',
    'access-control-max-age': '600',
    'access-control-allow-credentials': 'true',
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  });
  const any = await preflight(Bucket, {
    origin: 'http://localhost:1',
    'access-control-request-method': 'HEAD',
  });
  expect(any.headers.get('access-control-allow-origin')).toBe('*');
  expect(any.headers.get('access-control-allow-credentials')).toBeNull();
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'key' }));
  const answer = await fetch(url, { method: 'PUT', body: 'x', headers: { origin } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  const refused = await fetch(url.replace('/key', '/other'), {
    method: 'PUT',
    headers: { origin },
  });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
    403,
    origin,
  ]);
  const foreign = await fetch(url, {
    method: 'PUT',
    body: 'x',
    headers: { origin: 'http://localhost:1' },
  });
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([200, null]);
});

test.each<[string, number, string, Readonly<Record<string, string>>]>([
  ['another origin', 403, 'not whitelisted', { origin: 'http://localhost:1' }],
  ['another method', 403, 'not whitelisted', { 'access-control-request-method': 'DELETE' }],
  ['another header', 403, 'not whitelisted', { 'access-control-request-headers': 'x-own' }],
  [
    'no method',
    400,
    'Invalid Access-Control-Request-Method',
    { 'access-control-request-method': '' },
  ],
])('a preflight request for %s is refused', async (_, status, message, change) => {
  const Bucket = `preflight-${status}`;
  await create('us-east-1', Bucket);
  await put(Bucket, rules.slice(0, 1));
  const given = {
    origin: 'http://localhost:3000',
    'access-control-request-method': 'PUT',
    ...change,
  };
  const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const response = await preflight(Bucket, headers);
  expect([response.status, await response.text()]).toEqual([
    status,
    expect.stringContaining(message),
  ]);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test("the rules of a template's bucket can be replaced and deleted", async () => {
  const s3 = clientIn('us-east-1');
  const Bucket = system.state.buckets['Files'] ?? '';
  expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual([
    {
      AllowedOrigins: ['http://localhost:3000'],
      AllowedMethods: ['PUT', 'GET'],
      AllowedHeaders: ['*'],
    },
  ]);
  await put(Bucket, rules.slice(1));
  expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(rules.slice(1));
  await s3.send(new DeleteBucketCorsCommand({ Bucket }));
  const request = { origin: 'http://localhost:3000', 'access-control-request-method': 'PUT' };
  expect(await (await preflight(Bucket, request)).text()).toContain('CORS is not enabled');
});

const plain: CORSRule = { AllowedOrigins: ['*'], AllowedMethods: ['GET'] };

test.each<[string, string, CORSRule[]]>([
  ['a method', 'InvalidRequest', [{ ...plain, AllowedMethods: ['PATCH'] }]],
  ['two wildcards', 'InvalidRequest', [{ ...plain, AllowedOrigins: ['http://*.*'] }]],
  ['two wildcards in a header', 'InvalidRequest', [{ ...plain, AllowedHeaders: ['*-*'] }]],
  ['a wildcard among exposed headers', 'InvalidRequest', [{ ...plain, ExposeHeaders: ['*'] }]],
  ['too many rules', 'InvalidRequest', Array.from({ length: 101 }, () => plain)],
  ['no rules', 'MalformedXML', []],
  ['no methods', 'MalformedXML', [{ ...plain, AllowedMethods: [] }]],
])('a CORS configuration with %s is refused as %s', async (_, name, CORSRules) => {
  await create('us-east-1', 'refused-cors');
  await expect(put('refused-cors', CORSRules)).rejects.toMatchObject({ name });
});
