import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  type Message,
  type ReceiveMessageCommandInput,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

const clock = createManualClock();
let system: HostedTemplate;
let sqs: SQSClient;

beforeAll(async () => {
  system = await hostTemplate('cfn-stores/template.yaml', { clock });
  sqs = new SQSClient(system.config);
});

afterAll(() => system.close());

async function create(name: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return QueueUrl ?? '';
}

const send = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

async function receive(
  QueueUrl: string,
  more: Partial<ReceiveMessageCommandInput> = {},
): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }));
  return Messages;
}

const bodies = (messages: readonly Message[]): readonly (string | undefined)[] =>
  messages.map(({ Body }) => Body);

test('a received message is hidden until its visibility timeout ends', async () => {
  const url = await create('visibility', { VisibilityTimeout: '30' });
  await send(url, 'ハロー');
  const [first] = await receive(url, { MessageSystemAttributeNames: ['All'] });
  expect(first).toMatchObject({ Body: 'ハロー', Attributes: { ApproximateReceiveCount: '1' } });
  expect(await receive(url)).toEqual([]);
  await clock.advance(29_999);
  expect(await receive(url)).toEqual([]);
  await clock.advance(1);
  const [second] = await receive(url, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  expect(second).toMatchObject({
    MessageId: first?.MessageId,
    Attributes: { ApproximateReceiveCount: '2' },
  });
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle }));
  await clock.advance(60_000);
  expect(await receive(url)).toEqual([]);
});

test('changing the visibility timeout requires a valid receipt handle', async () => {
  const url = await create('change');
  await send(url, 'a');
  const [message] = await receive(url);
  const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
    sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }),
    );
  await change(message?.ReceiptHandle, 0);
  const [again] = await receive(url);
  expect(again?.Body).toBe('a');
  await expect(change('no receipt', 5)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  await expect(change(again?.ReceiptHandle, 50_000)).rejects.toThrow('less than or equal to 43200');
});

test('a long poll returns when a message arrives or its wait time ends', async () => {
  const url = await create('poll');
  const waiting = receive(url, { WaitTimeSeconds: 20 });
  await send(url, 'woken');
  expect(bodies(await waiting)).toEqual(['woken']);
  let isOver = false;
  const idle = receive(await create('poll-idle'), { WaitTimeSeconds: 5 }).finally(() => {
    isOver = true;
  });
  await expect.poll(() => clock.advance(5_000).then(() => isOver)).toBe(true);
  expect(await idle).toEqual([]);
});

test('a long poll returns a message whose visibility timeout is shortened during the poll', async () => {
  const url = await create('poll-sooner');
  await send(url, 'again');
  const [message] = await receive(url, { VisibilityTimeout: 600 });
  const waiting = receive(url, { WaitTimeSeconds: 20 });
  await clock.advance(0);
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: url,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 2,
    }),
  );
  let received: readonly (string | undefined)[] = [];
  void (async () => {
    received = bodies(await waiting);
  })();
  const since = clock.now();
  const poll = async (): Promise<typeof received> => {
    if (clock.now() < since + 5_000) await clock.advance(500);
    return received;
  };
  await expect.poll(poll).toEqual(['again']);
});

test('receiving more than ten messages at once fails with the error text of SQS', async () => {
  const url = await create('eleven');
  await expect(receive(url, { MaxNumberOfMessages: 11 })).rejects.toThrow(
    'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10',
  );
});

test('a delayed message arrives when its delay ends', async () => {
  const url = await create('delay', { DelaySeconds: '10' });
  await send(url, 'late');
  await send(url, 'soon', { DelaySeconds: 1 });
  const counts = async () =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })))
      .Attributes;
  expect(await counts()).toMatchObject({ ApproximateNumberOfMessagesDelayed: '2' });
  await clock.advance(1_000);
  expect(bodies(await receive(url, { MaxNumberOfMessages: 10 }))).toEqual(['soon']);
  await clock.advance(9_000);
  expect(bodies(await receive(url, { MaxNumberOfMessages: 10 }))).toEqual(['late']);
});

test('a FIFO queue keeps the order of each message group and drops duplicates', async () => {
  const url = await create('groups.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  const put = (body: string, MessageGroupId: string) => send(url, body, { MessageGroupId });
  const first = await put('a1', 'a');
  await put('a2', 'a');
  await put('b1', 'b');
  expect((await put('a1', 'a')).MessageId).toBe(first.MessageId);
  const [message] = await receive(url);
  expect(message?.Body).toBe('a1');
  expect(bodies(await receive(url, { MaxNumberOfMessages: 10 }))).toEqual(['b1']);
  await sqs.send(
    new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }),
  );
  expect(bodies(await receive(url, { MaxNumberOfMessages: 10 }))).toEqual(['a2']);
  await clock.advance(5 * 60_000 + 1);
  expect((await put('a1', 'a')).MessageId).not.toBe(first.MessageId);
  await expect(send(url, 'x')).rejects.toMatchObject({ name: 'MissingParameter' });
  const scoped = await create('scoped.fifo', {
    FifoQueue: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
  });
  for (const MessageGroupId of ['a', 'b', 'a'])
    await send(scoped, 'same', { MessageGroupId, MessageDeduplicationId: 'same' });
  expect(await receive(scoped, { MaxNumberOfMessages: 10 })).toHaveLength(2);
});

test('a message received too often moves to the dead-letter queue and can be redriven', async () => {
  const dead = await create('dead');
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const deadLetterTargetArn = Attributes?.['QueueArn'] ?? '';
  const url = await create('redrive', {
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }),
  });
  await send(url, 'poison', {
    MessageAttributes: { why: { DataType: 'String', StringValue: 'test' } },
  });
  let late: string | undefined;
  for (let count = 0; count < 2; count += 1) {
    const [message] = await receive(url);
    late = message?.ReceiptHandle;
    expect(message?.Body).toBe('poison');
    await clock.advance(1_000);
  }
  expect(await receive(url)).toEqual([]);
  // A delete with an expired receipt handle does not remove the dead letter.
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: late }));
  const [letter] = await receive(dead, { MessageAttributeNames: ['All'], VisibilityTimeout: 0 });
  expect(letter).toMatchObject({
    Body: 'poison',
    MessageAttributes: { why: { StringValue: 'test' } },
  });
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadLetterTargetArn }));
  expect(bodies(await receive(url))).toEqual(['poison']);
});

test('a batch returns a result for each entry', async () => {
  const url = await create('batch', { MaximumMessageSize: '1024' });
  const Entries = [
    { Id: 'good', MessageBody: 'x' },
    { Id: 'empty', MessageBody: '' },
  ];
  const { Successful, Failed } = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: url, Entries }),
  );
  expect(Successful).toMatchObject([{ Id: 'good' }]);
  expect(Failed).toMatchObject([{ Id: 'empty', Code: 'MissingParameter', SenderFault: true }]);
  const twice = [Entries[0], Entries[0]].filter((entry) => entry !== undefined);
  await expect(
    sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: twice })),
  ).rejects.toMatchObject({
    name: 'BatchEntryIdsNotDistinct',
  });
});

test.each<[string, () => Promise<unknown>, string]>([
  [
    'a missing queue',
    () => sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' })),
    'QueueDoesNotExist',
  ],
  ['an unknown attribute', () => create('odd', { Nonsense: '1' }), 'InvalidAttributeName'],
  [
    'an attribute out of range',
    () => create('odd', { VisibilityTimeout: '99999' }),
    'InvalidAttributeValue',
  ],
  [
    'a FIFO queue whose name lacks .fifo',
    () => create('odd', { FifoQueue: 'true' }),
    'InvalidParameterValue',
  ],
  [
    'an existing queue with other attributes',
    () => create('batch', { MaximumMessageSize: '2048' }),
    'QueueNameExists',
  ],
  [
    'a message that is too large',
    async () => send(await create('small', { MaximumMessageSize: '1024' }), 'x'.repeat(1025)),
    'InvalidParameterValue',
  ],
])('%s fails with the error of AWS', async (_, run, name) => {
  await expect(run()).rejects.toMatchObject({ name });
});

test('queues can be listed, purged and deleted', async () => {
  const url = await create('listed-one');
  await create('listed-two');
  const list = async () =>
    (await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'listed' }))).QueueUrls;
  expect(await list()).toHaveLength(2);
  await send(url, 'x');
  await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  expect(await receive(url)).toEqual([]);
  await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  expect(await list()).toHaveLength(1);
});
