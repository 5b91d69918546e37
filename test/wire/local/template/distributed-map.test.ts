import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';

test('a template reads rows, runs batches of them, and writes what they return', async () => {
  await using system = await hostTemplate('sam-distributed-map/template.yaml');
  const { buckets, stateMachines } = system.state;
  const s3 = new S3Client({ ...system.config, forcePathStyle: true });
  const sfn = new SFNClient(system.config);
  const Bucket = buckets['Data'];
  const Body = 'id,text\n1,one two\n2,"one, two\nthree"\n3,\n4,four\n5,five six\n';
  await s3.send(new PutObjectCommand({ Bucket, Key: 'rows.csv', Body }));
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: `${stateMachines['CountWords']}:live`,
      input: '{"key":"rows.csv"}',
    }),
  );
  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status, { timeout: 10_000 }).not.toBe('RUNNING');
  const { output = '', stateMachineVersionArn } = await describe();
  expect(stateMachineVersionArn).toMatch(/:1$/u);
  const { manifest } = JSON.parse(output) as { manifest: string };
  const read = async (Key: string): Promise<unknown> => {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await object.Body?.transformToString()) ?? '');
  };
  expect(await read(manifest)).toMatchObject({
    ResultFiles: {
      SUCCEEDED: [{ Key: manifest.replace('manifest', 'SUCCEEDED_0') }],
      FAILED: [{ Key: manifest.replace('manifest', 'FAILED_0') }],
    },
  });
  expect(await read(manifest.replace('manifest', 'SUCCEEDED_0'))).toEqual([
    { id: '1', words: 2 },
    { id: '2', words: 2 },
    { id: '5', words: 2 },
  ]);
});
