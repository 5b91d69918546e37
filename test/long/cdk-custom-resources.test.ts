import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';

const app = join(import.meta.dirname, '../templates/cdk-custom-resources/app.mjs');

test("CDK's own custom resources do what they do on AWS", async () => {
  const template = await mkdtemp(join(tmpdir(), 'streambed-cdk-'));
  const env = { ...process.env, CDK_OUTDIR: template };
  expect(spawnSync(process.execPath, [app], { env, encoding: 'utf8' })).toMatchObject({
    status: 0,
  });
  await using system = await hostTemplate('', { template });
  const { Table: TableName, Bucket, Value, Function: name } = system.state.outputs;
  expect(Value).toBe('provided');

  const { Items = [] } = await new DynamoDBClient(system.config).send(
    new ScanCommand({ TableName }),
  );
  expect(Items.map(({ id }) => id?.S ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual([
    'called',
    'checked',
    'provided',
  ]);

  const s3 = new S3Client({ ...system.config, forcePathStyle: true });
  const read = async (Key: string): Promise<readonly unknown[]> => {
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return [ContentType, await Body?.transformToString()];
  };
  expect(await read('web/config.json')).toEqual(['application/json', `{"table":"${TableName}"}`]);
  expect((await read('web/index.html'))[0]).toBe('text/html');

  const items = await fetch(`${system.state.apis['ApiF70053CD']?.url}/items`);
  expect(await items.json()).toEqual({ count: 3 });

  const logs = new CloudWatchLogsClient(system.config);
  const prefix = { logGroupNamePrefix: `/aws/lambda/${name}` };
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand(prefix));
  expect(logGroups?.map(({ retentionInDays }) => retentionInDays)).toEqual([7]);
});
