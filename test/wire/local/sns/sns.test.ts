import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  type PublishCommandInput,
} from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { SnsSchema } from '@aws-lambda-powertools/parser/schemas/sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { receiveMessages } from '#test/fixtures/receive-messages.ts';
import { schemaDifferences } from '#test/fixtures/schema-differences.ts';

type Json = Readonly<Record<string, unknown>>;

const clock = createManualClock(Date.UTC(2026, 0, 2, 12));
const topicArn = 'arn:aws:sns:us-east-1:000000000000:local-Topic';
let system: HostedTemplate;
let sns: SNSClient;

beforeAll(async () => {
  system = await hostTemplate('sam-topics/template.yaml', { clock });
  sns = new SNSClient(system.config);
});

afterAll(() => system.close());

const publish = (Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn: topicArn, Message, ...more }));

const kind = (StringValue: string): PublishCommandInput['MessageAttributes'] => ({
  kind: { DataType: 'String', StringValue },
});

const receive = (queue: string): Promise<readonly Message[]> => receiveMessages(system, queue);

const envelopes = async (key = 'Queue'): Promise<readonly Json[]> =>
  (await receive(key)).map(({ Body = '' }) => JSON.parse(Body) as Json);

const taken = (): readonly Json[] =>
  system.lines
    .flatMap((line) => /took (.+)$/u.exec(line)?.[1] ?? [])
    .map((text) => JSON.parse(text) as Json);

test('a queue receives an envelope, or the message itself', async () => {
  expect(system.state.outputs).toMatchObject({ Topic: topicArn, Name: 'local-Topic' });
  expect(system.state.notices).toEqual([
    'Mails: the protocol email is not hosted here, so the subscription is left out',
  ]);
  const { MessageId } = await publish('Hallo', { Subject: 'News', MessageAttributes: kind('raw') });
  const [envelope] = await envelopes();
  expect(envelope).toEqual({
    Type: 'Notification',
    MessageId,
    TopicArn: topicArn,
    Subject: 'News',
    Message: 'Hallo',
    Timestamp: '2026-01-02T12:00:00.000Z',
    SignatureVersion: '1',
    Signature: expect.stringMatching(/^[\w+/]+={0,2}$/u) as string,
    SigningCertURL: expect.stringMatching(
      /^https:\/\/sns\.us-east-1\.amazonaws\.com\/SimpleNotificationService-[\da-f]{32}\.pem$/u,
    ) as string,
    UnsubscribeURL: expect.stringContaining('?Action=Unsubscribe&SubscriptionArn=') as string,
    MessageAttributes: { kind: { Type: 'String', Value: 'raw' } },
  });
  const [raw] = await receive('Raw');
  expect(raw).toMatchObject({
    Body: 'Hallo',
    MessageAttributes: { kind: { StringValue: 'raw', DataType: 'String' } },
  });
});

test('a function receives the event of SNS, by the filter of its body or by a queue', async () => {
  await publish('{"for":{"name":"function"}}');
  await expect.poll(taken).toHaveLength(1);
  const [event = {}] = taken();
  expect(schemaDifferences(SnsSchema, event)).toEqual([
    '-Records[].Sns.SigningCertURL',
    '-Records[].Sns.UnsubscribeURL',
  ]);
  expect(event).toMatchObject({
    Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: topicArn, Subject: null } }],
  });
  await publish('by a queue', { MessageAttributes: kind('queued') });
  await expect.poll(() => taken().at(-1)).toMatchObject({ Records: [{ eventSource: 'aws:sqs' }] });
  await envelopes();
});

test('what cannot be delivered is a dead letter', async () => {
  await publish('lost', { MessageAttributes: kind('gone') });
  const [letter] = await receive('Dead');
  expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ Records: [{ Sns: { Message: 'lost' } }] });
  await envelopes();
});

test('a bucket publishes its events on a topic', async () => {
  const Bucket = system.state.buckets['Files'];
  await new S3Client(system.config).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
  const [envelope] = await envelopes();
  expect(envelope).toMatchObject({ Subject: 'Amazon S3 Notification' });
  expect(JSON.parse(String(envelope?.['Message']))).toMatchObject({
    Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'a' } } }],
  });
});

test('a FIFO topic keeps the order and leaves out duplicates for five minutes', async () => {
  const fifo = { TopicArn: system.state.outputs['Ordered'], MessageGroupId: 'g' };
  const first = await publish('one', fifo);
  expect(first.SequenceNumber).toMatch(/^\d{20}$/u);
  expect(await publish('one', fifo)).toMatchObject({ MessageId: first.MessageId });
  await publish('two', { ...fifo, MessageDeduplicationId: 'own' });
  const messages = await receive('FifoQueue');
  expect(messages.map(({ Body }) => Body)).toEqual(['one', 'two']);
  expect(messages[0]?.Attributes).toMatchObject({ MessageGroupId: 'g' });
  await clock.advance(5 * 60_000);
  expect((await publish('one', fifo)).MessageId).not.toBe(first.MessageId);
  await expect(publish('x', { TopicArn: fifo.TopicArn })).rejects.toThrow(
    'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
  );
});

test('each protocol can have a text of its own', async () => {
  const texts = JSON.stringify({ default: 'all', sqs: 'queues' });
  await publish(texts, { MessageStructure: 'json' });
  expect(await envelopes()).toMatchObject([{ Message: 'queues' }]);
});

test('a batch fails entry by entry', async () => {
  const batch = (...ids: readonly string[]) =>
    sns.send(
      new PublishBatchCommand({
        TopicArn: topicArn,
        PublishBatchRequestEntries: ids.map((Id) => ({
          Id,
          Message: 'batch',
          Subject: Id === 'bad' ? 'two\nlines' : undefined,
        })),
      }),
    );
  expect(await batch('good', 'bad')).toMatchObject({
    Successful: [{ Id: 'good', MessageId: expect.any(String) as string }],
    Failed: [
      {
        Id: 'bad',
        Code: 'InvalidParameter',
        Message: 'Invalid parameter: Subject',
        SenderFault: true,
      },
    ],
  });
  await envelopes();
  await expect(batch()).rejects.toMatchObject({ name: 'EmptyBatchRequestException' });
  await expect(batch('a', 'a')).rejects.toMatchObject({
    name: 'BatchEntryIdsNotDistinctException',
  });
  const many = Array.from({ length: 11 }, (_, index) => String(index));
  await expect(batch(...many)).rejects.toMatchObject({
    name: 'TooManyEntriesInBatchRequestException',
  });
});

const queueArn = 'arn:aws:sqs:us-east-1:000000000000:local-Queue';

test('topics and subscriptions are made, changed, listed and deleted', async () => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'mine' }));
  expect((await sns.send(new CreateTopicCommand({ Name: 'mine' }))).TopicArn).toBe(TopicArn);
  const change = { AttributeName: 'DisplayName', AttributeValue: 'Mine' };
  await sns.send(new SetTopicAttributesCommand({ TopicArn, ...change }));
  const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn });
  const { SubscriptionArn = '' } = await sns.send(subscribe);
  expect(await sns.send(subscribe)).toMatchObject({ SubscriptionArn });
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ DisplayName: 'Mine', SubscriptionsConfirmed: '1' });
  await sns.send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'FilterPolicy',
      AttributeValue: '{"kind":[{"anything-but":["a"]}]}',
    }),
  );
  await publish('a', { TopicArn, MessageAttributes: kind('a') });
  await publish('b', { TopicArn, MessageAttributes: kind('b') });
  expect(await envelopes()).toMatchObject([{ Message: 'b' }]);
  const read = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  expect(read.Attributes).toMatchObject({ Endpoint: queueArn, RawMessageDelivery: 'false' });
  const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(listed.Subscriptions).toMatchObject([{ SubscriptionArn, Protocol: 'sqs' }]);
  const Tags = [{ Key: 'k', Value: 'v' }];
  await sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags }));
  const tags = await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
  expect(tags.Tags).toEqual(Tags);
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await sns.send(new DeleteTopicCommand({ TopicArn }));
  const { Topics } = await sns.send(new ListTopicsCommand({}));
  expect(Topics).toEqual([
    { TopicArn: 'arn:aws:sns:us-east-1:000000000000:local-Ordered.fifo' },
    { TopicArn: topicArn },
  ]);
  await expect(publish('x', { TopicArn })).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  });
});
