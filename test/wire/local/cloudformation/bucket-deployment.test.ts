import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

test("CDK's bucket deployment unpacks files with their values, and removes what is not in them", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const data = await mkdtemp(join(tmpdir(), 'streambed-'));
  await mkdir(join(folder, 'site/.well-known'), { recursive: true });
  await writeFile(join(folder, 'site/index.html'), '<title><<marker:0>></title>');
  await writeFile(join(folder, 'site/.well-known/a.json'), '{}');
  await writeFile(join(folder, 'site/ignored.txt'), 'ignored');
  const host = async (properties: object): Promise<HostedTemplate> => {
    const template = join(folder, 'Site.template.json');
    await writeFile(template, JSON.stringify(siteTemplate(properties)));
    await writeFile(join(folder, 'Site.assets.json'), JSON.stringify(siteAssets));
    return hostTemplate('', { template, data });
  };
  const list = async (system: HostedTemplate): Promise<readonly unknown[]> => {
    const s3 = new S3Client({ ...system.config, forcePathStyle: true });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'site' }));
    return Contents.map(({ Key }) => Key);
  };
  const cache = { SystemMetadata: { 'cache-control': 'no-cache' } };
  {
    await using system = await host({ DestinationBucketKeyPrefix: 'web', ...cache });
    const names = ['web/.well-known/a.json', 'web/index.html'];
    expect(await list(system)).toEqual(names);
    const s3 = new S3Client({ ...system.config, forcePathStyle: true });
    const page = await s3.send(new GetObjectCommand({ Bucket: 'site', Key: 'web/index.html' }));
    expect(await page.Body?.transformToString()).toBe('<title>local-Title</title>');
    expect(page).toMatchObject({ ContentType: 'text/html', CacheControl: 'no-cache' });
    expect(system.state.notices).toEqual([]);
  }
  await rm(join(folder, 'site/.well-known'), { recursive: true });
  {
    await using system = await host({ DestinationBucketKeyPrefix: 'web', Changed: 'yes' });
    expect(await list(system)).toEqual(['web/index.html']);
  }
  await using system = await host({ RetainOnDelete: false });
  expect(await list(system)).toEqual(['index.html']);
});

const siteAssets = {
  files: {
    abc: {
      source: { path: 'site', packaging: 'zip' },
      destinations: { current: { bucketName: 'assets', objectKey: 'abc.zip' } },
    },
  },
};

const siteTemplate = (properties: object): object => ({
  Resources: {
    Title: { Type: 'AWS::SQS::Queue' },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'site' } },
    Handler: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'python3.13',
        Handler: 'index.handler',
        Role: 'role',
        Code: { S3Bucket: 'assets', S3Key: 'none.zip' },
      },
    },
    Deployment: {
      Type: 'Custom::CDKBucketDeployment',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] },
        SourceBucketNames: ['assets'],
        SourceObjectKeys: ['abc.zip'],
        SourceMarkers: [{ '<<marker:0>>': { 'Fn::GetAtt': ['Title', 'QueueName'] } }],
        DestinationBucketName: { Ref: 'Bucket' },
        Exclude: ['*.txt'],
        ...properties,
      },
    },
  },
});

test('functions find the assets that their variables name in the bucket of CDK', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site/index.html'), 'hello');
  await writeFile(join(folder, 'Site.assets.json'), JSON.stringify(siteAssets));
  const bucket = 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}';
  const Variables = { BUCKET: { 'Fn::Sub': bucket }, KEY: 'abc.zip' };
  const Properties = {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'role',
    Environment: { Variables },
    Code: { ZipFile: 'exports.handler = async () => 1' },
  };
  const template = join(folder, 'Site.template.json');
  const Resources = { Reader: { Type: 'AWS::Lambda::Function', Properties } };
  await writeFile(template, JSON.stringify({ Resources }));
  await using system = await hostTemplate('', { template });
  const s3 = new S3Client({ ...system.config, forcePathStyle: true });
  const Bucket = 'cdk-hnb659fds-assets-000000000000-us-east-1';
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'abc.zip' }));
  const files = unzipSync((await Body?.transformToByteArray()) ?? new Uint8Array());
  expect(Object.keys(files)).toEqual(['index.html']);
});
