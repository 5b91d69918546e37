import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { invoke } from '#test/fixtures/project.ts';

test('SAM: a function sends its parameter and its secret through a bus and a topic', async () => {
  await using system = await hostTemplate('sam-configuration/template.yaml');
  expect(await invoke(system, 'local-Start')).toBe(0);
  const { Messages } = await new SQSClient(system.config).send(
    new ReceiveMessageCommand({ QueueUrl: system.state.queues['Inbox'], WaitTimeSeconds: 5 }),
  );
  expect(JSON.parse(Messages?.[0]?.Body ?? '')).toEqual({
    model: 'amazon.nova-micro-v1:0',
    user: 'bot',
    length: 20,
  });
  expect(system.state.notices).toEqual([]);
});
