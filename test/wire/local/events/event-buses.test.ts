import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type PutEventsRequestEntry,
  type PutRuleCommandInput,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { Message } from '@aws-sdk/client-sqs';
import { FilterLogEventsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { receiveMessages } from '#test/fixtures/receive-messages.ts';

const clock = createManualClock(Date.UTC(2026, 0, 2, 12));
let system: HostedTemplate;
let events: EventBridgeClient;

beforeAll(async () => {
  system = await hostTemplate('sam-event-buses/template.yaml', { clock });
  events = new EventBridgeClient(system.config);
});

afterAll(() => system.close());

const send = (...Entries: PutEventsRequestEntry[]) =>
  events.send(new PutEventsCommand({ Entries }));

const order = (detail: object, more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  Source: 'shop',
  DetailType: 'order',
  Detail: JSON.stringify(detail),
  EventBusName: 'orders',
  ...more,
});

const receive = (queue: string): Promise<readonly Message[]> => receiveMessages(system, queue);

const bodies = async (key: string): Promise<readonly unknown[]> =>
  (await receive(key)).map(({ Body = '' }) => JSON.parse(Body) as unknown);

test('an event reaches every target of the rules that it matches', async () => {
  const sent = await send(order({ state: 'placed-1', n: 1 }), order({ state: 'paid' }));
  expect(sent).toMatchObject({ FailedEntryCount: 0 });
  expect(await bodies('Queue')).toEqual([{ state: 'placed-1', n: 1 }]);
  const whole = {
    version: '0',
    id: sent.Entries?.[0]?.EventId,
    'detail-type': 'order',
    source: 'shop',
    account: '000000000000',
    time: '2026-01-02T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { state: 'placed-1', n: 1 },
  };
  const [fifo] = await receive('Fifo');
  expect(JSON.parse(fifo?.Body ?? '')).toEqual(whole);
  expect(fifo?.Attributes).toMatchObject({ MessageGroupId: 'g' });
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:local-Machine';
  const { executions } = await new SFNClient(system.config).send(
    new ListExecutionsCommand({ stateMachineArn }),
  );
  expect(executions).toHaveLength(1);
  const logged = await new CloudWatchLogsClient(system.config).send(
    new FilterLogEventsCommand({ logGroupName: '/aws/events/orders' }),
  );
  expect(logged.events?.map(({ message = '' }) => JSON.parse(message) as unknown)).toEqual([whole]);
  // The default bus got it from the bus `orders`, and the function from the default bus.
  await expect
    .poll(() => system.lines.flatMap((line) => /took (.+)$/u.exec(line)?.[1] ?? []))
    .toEqual([JSON.stringify(whole)]);
});

test('a bucket sends its events, if it is to', async () => {
  const s3 = new S3Client(system.config);
  const Bucket = system.state.buckets['Files'];
  for (const Key of ['a b.pdf', 'c.txt']) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  }
  expect(await bodies('Queue')).toMatchObject([
    {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      resources: [`arn:aws:s3:::${Bucket}`],
      detail: {
        bucket: { name: Bucket },
        object: { key: 'a b.pdf', size: 1 },
        reason: 'PutObject',
      },
    },
  ]);
});

test('an event whose target does not exist is a dead letter', async () => {
  await send(order({}, { Source: 'lost', EventBusName: undefined }));
  const [letter] = await receive('Dead');
  expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ source: 'lost' });
  expect(letter?.MessageAttributes).toMatchObject({
    ERROR_CODE: { StringValue: 'NO_RESOURCE' },
    RULE_ARN: { StringValue: 'arn:aws:events:us-east-1:000000000000:rule/local-Lost' },
    TARGET_ARN: { StringValue: 'arn:aws:lambda:us-east-1:000000000000:function:gone' },
  });
});

test('a detail that is nested too deeply to be sent is refused', async () => {
  const Detail = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  const result = await send(order({}, { Detail }));
  expect(result.Entries).toMatchObject([{ ErrorCode: 'MalformedDetail' }]);
});

test('entries fail one by one, and a request that is too large as a whole', async () => {
  const result = await send(
    { Detail: '{}', DetailType: 'x' },
    { Source: 's', DetailType: 'x', Detail: '[]' },
    { Source: 'aws.s3', DetailType: 'x', Detail: '{}' },
    order({ state: 'none' }),
    order({}, { EventBusName: 'nowhere' }),
  );
  expect(result.FailedEntryCount).toBe(3);
  expect(result.Entries).toMatchObject([
    {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
    },
    { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
    {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    },
    { EventId: expect.any(String) as string },
    { EventId: expect.any(String) as string },
  ]);
  expect((await send(order({ text: 'x'.repeat(1_000_000) }))).FailedEntryCount).toBe(0);
  await expect(send(order({ text: 'x'.repeat(1_100_000) }))).rejects.toThrow(
    'Total size of the entries in the request is over the limit.',
  );
  const many = Array.from({ length: 11 }, () => order({}));
  await expect(send(...many)).rejects.toThrow('Member must have length less than or equal to 10');
});

const put = (Name: string, more: Partial<PutRuleCommandInput>) =>
  events.send(new PutRuleCommand({ Name, ...more }));
const target = (Rule: string, ...Targets: Target[]) =>
  events.send(new PutTargetsCommand({ Rule, Targets }));
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:local-Queue';

test('a rule of the API delivers until it is disabled, and is deleted without targets', async () => {
  await put('api', { EventPattern: '{"source":["api"]}', Description: 'x' });
  const InputTransformer = {
    InputPathsMap: { id: '$.detail.id' },
    InputTemplate: '{"id":<id>,"rule":"<aws.events.rule-name>","text":"it is <id>"}',
  };
  await target('api', { Id: 'q', Arn: queueArn, InputTransformer });
  const one = order({ id: 7 }, { Source: 'api', EventBusName: 'default' });
  await send(one);
  expect(await bodies('Queue')).toEqual([{ id: 7, rule: 'api', text: 'it is 7' }]);
  await events.send(new DisableRuleCommand({ Name: 'api' }));
  await send(one);
  expect(await bodies('Queue')).toEqual([]);
  await events.send(new EnableRuleCommand({ Name: 'api' }));
  expect(await events.send(new DescribeRuleCommand({ Name: 'api' }))).toMatchObject({
    Arn: 'arn:aws:events:us-east-1:000000000000:rule/api',
    State: 'ENABLED',
    EventBusName: 'default',
    EventPattern: '{"source":["api"]}',
  });
  const listed = await events.send(new ListTargetsByRuleCommand({ Rule: 'api' }));
  expect(listed.Targets).toEqual([{ Id: 'q', Arn: queueArn, InputTransformer }]);
  const names = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: queueArn }));
  expect(names.RuleNames).toContain('api');
  const remove = new DeleteRuleCommand({ Name: 'api' });
  await expect(events.send(remove)).rejects.toThrow("Rule can't be deleted since it has targets.");
  await events.send(new RemoveTargetsCommand({ Rule: 'api', Ids: ['q'] }));
  await events.send(remove);
  const rules = await events.send(new ListRulesCommand({}));
  expect(rules.Rules?.map(({ Name }) => Name)).toEqual([
    'local-Lost',
    'local-TakesForwarded',
    'local-Uploaded',
  ]);
});

test('a rule of the API with a schedule runs from now on', async () => {
  await put('tick', { ScheduleExpression: 'rate(1 minute)' });
  await target('tick', { Id: 'q', Arn: queueArn });
  await clock.advance(60_000);
  await expect.poll(() => bodies('Queue')).toMatchObject([{ 'detail-type': 'Scheduled Event' }]);
  await events.send(new DisableRuleCommand({ Name: 'tick' }));
  await clock.advance(120_000);
  expect(await bodies('Queue')).toEqual([]);
});

test('buses are made, listed and deleted', async () => {
  const made = await events.send(new CreateEventBusCommand({ Name: 'mine' }));
  expect(made.EventBusArn).toBe('arn:aws:events:us-east-1:000000000000:event-bus/mine');
  await expect(events.send(new CreateEventBusCommand({ Name: 'mine' }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await put('r', { EventBusName: 'mine', EventPattern: '{"source":["x"]}' });
  const remove = new DeleteEventBusCommand({ Name: 'mine' });
  await expect(events.send(remove)).rejects.toThrow('because it has rules');
  await events.send(new DeleteRuleCommand({ Name: 'r', EventBusName: 'mine' }));
  await events.send(remove);
  const { EventBuses } = await events.send(new ListEventBusesCommand({}));
  expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'orders']);
});
