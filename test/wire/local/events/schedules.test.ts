import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

/** A template with a function that stores what invokes it, and these SAM events. */
const template = (events: string, more = ''): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Calls: { Type: AWS::Serverless::SimpleTable }
  Tick:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Environment: { Variables: { TABLE: !Ref Calls } }
      InlineCode: |
        const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
        const client = new DynamoDBClient({});
        exports.handler = (event) => client.send(new PutItemCommand({
          TableName: process.env.TABLE, Item: { id: { S: JSON.stringify(event) } } }));
      Events:${events}
${more}`;

async function callsOf(system: HostedTemplate): Promise<readonly unknown[]> {
  const dynamo = new DynamoDBClient(system.config);
  const { Items = [] } = await dynamo.send(
    new ScanCommand({ TableName: system.state.tables['Calls'] }),
  );
  return Items.map(({ id }): unknown => JSON.parse(id?.S ?? '')).toSorted((a, b) =>
    JSON.stringify(a).localeCompare(JSON.stringify(b)),
  );
}

const noon = Date.UTC(2026, 0, 2, 12);

test('SAM: a schedule starts its function in every spelling', async () => {
  const clock = createManualClock(noon);
  const events = `
        Old: { Type: Schedule, Properties: { Schedule: rate(1 minute), Input: '"Schedule"' } }
        Off: { Type: Schedule, Properties: { Schedule: rate(1 minute), Input: '"off"', Enabled: false } }
        Stopped: { Type: Schedule, Properties: { Schedule: rate(1 minute), Input: '"stopped"', State: DISABLED } }
        New:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(1 21 * * ? *)
            ScheduleExpressionTimezone: Asia/Tokyo
            FlexibleTimeWindow: { Mode: FLEXIBLE, MaximumWindowInMinutes: 5 }
            Input: '"ScheduleV2 at <aws.scheduler.scheduled-time>, <aws.scheduler.attempt-number>"'
        NewOff: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minute), State: DISABLED } }
        Plain: { Type: ScheduleV2, Properties: { ScheduleExpression: at(2026-01-02T12:01:00) } }
        Watch: { Type: CloudWatchEvent, Properties: { Schedule: rate(1 minute), Input: '"CloudWatchEvent"' } }
        Rule: { Type: EventBridgeRule, Properties: { ScheduleExpression: rate(1 minute), InputPath: $.detail-type } }`;
  await using system = await hostText(template(events), { clock });
  expect(system.state.notices).toEqual([]);
  await clock.advance(60_000);
  const byScheduler = expect.objectContaining({ source: 'aws.scheduler', detail: '{}' }) as unknown;
  const at = 'ScheduleV2 at 2026-01-02T12:01:00Z, 1';
  const expected = ['CloudWatchEvent', 'Schedule', 'Scheduled Event', at, byScheduler];
  await expect.poll(() => callsOf(system)).toEqual(expected);
});

test('a schedule keeps to its first and last date', async () => {
  const clock = createManualClock(noon);
  const between = 'StartDate: 2026-01-02T12:02:30Z, EndDate: 2026-01-02T12:04:00Z';
  const events = `
        Between: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minute), ${between}, Input: '"between"' } }
        Timed: { Type: ScheduleV2, Properties: { ScheduleExpression: cron(* * * * ? *), ${between}, Input: '"timed"' } }`;
  await using system = await hostText(template(events), { clock });
  await clock.advance(149_000);
  expect(await callsOf(system)).toEqual([]);
  await clock.advance(1_000);
  await expect.poll(() => callsOf(system)).toEqual(['between']);
  await clock.advance(30_000);
  await expect.poll(() => callsOf(system)).toEqual(['between', 'timed']);
});

test('CloudFormation: a schedule follows its time zone, and a rule UTC', async () => {
  // In New York the clock jumps from 2:00 to 3:00 in this night.
  const clock = createManualClock(Date.UTC(2026, 2, 8, 6, 59, 30));
  const schedule = (name: string, expression: string): string => `
  ${name}:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: ${expression}
      ScheduleExpressionTimezone: America/New_York
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target: { Arn: !GetAtt Tick.Arn, RoleArn: arn, Input: '"${name}"' }`;
  const more = `${schedule('Skipped', 'cron(0 2 * * ? *)')}${schedule('Three', 'cron(0 3 * * ? *)')}
  Utc:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 7 * * ? *)
      Targets: [{ Id: one, Arn: !GetAtt Tick.Arn, Input: '"Utc"' }]
`;
  await using system = await hostText(template(' {}', more), { clock });
  await clock.advance(60_000);
  await expect.poll(() => callsOf(system)).toEqual(['Three', 'Utc']);
});

test('a rule sends parts of its event as its input transformer says', async () => {
  const clock = createManualClock(noon);
  const more = `
  Transformed:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 minute)
      Targets:
        - Id: one
          Arn: !GetAtt Tick.Arn
          InputTransformer:
            InputPathsMap: { time: $.time, rule: '$.resources[0]', none: $.detail.none }
            InputTemplate: '{ "at": <time>, "text": "<time> \\"by\\" <rule>", "none": <none> }'
`;
  await using system = await hostText(template(' {}', more), { clock });
  await clock.advance(60_000);
  await expect
    .poll(() => callsOf(system))
    .toEqual([
      {
        at: '2026-01-02T12:01:00Z',
        text: '2026-01-02T12:01:00Z "by" arn:aws:events:us-east-1:000000000000:rule/local-Transformed',
        none: null,
      },
    ]);
});

test('SAM: events of what is not hosted are named, and the function runs without them', async () => {
  const events = `
        Topic: { Type: SNS, Properties: { Topic: 'arn:aws:sns:us-east-1:000000000000:t' } }
        Stream: { Type: Kinesis, Properties: { Stream: 'arn:aws:kinesis:us-east-1:000000000000:stream/s', StartingPosition: LATEST } }
        Rows: { Type: DynamoDB, Properties: { Stream: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1', StartingPosition: LATEST } }
        Kafka: { Type: MSK, Properties: { Stream: 'arn:aws:kafka:us-east-1:000000000000:cluster/k', Topics: [t] } }
        OwnKafka: { Type: SelfManagedKafka, Properties: { Topics: [t] } }
        Broker: { Type: MQ, Properties: { Broker: 'arn:aws:mq:us-east-1:000000000000:broker:b', Queues: [q] } }
        Pool: { Type: Cognito, Properties: { UserPool: !Ref People, Trigger: PreSignUp } }
        Things: { Type: IoTRule, Properties: { Sql: "SELECT * FROM 't'" } }
        Voice: { Type: AlexaSkill }
        Lines: { Type: CloudWatchLogs, Properties: { LogGroupName: g, FilterPattern: '' } }
        Other: { Type: SQS, Properties: { Queue: 'arn:aws:sqs:us-east-1:000000000000:other' } }
        Watch: { Type: CloudWatchEvent, Properties: { Pattern: { source: [aws.ec2] } } }
        Bus: { Type: EventBridgeRule, Properties: { Pattern: { source: [my.app] }, EventBusName: mine } }`;
  const more = '  People: { Type: AWS::Cognito::UserPool }\n';
  await using system = await hostText(template(events, more));
  const types = ['Stream', 'Kafka', 'OwnKafka', 'Broker', 'Pool', 'Things'];
  expect(system.lines.filter((line) => line.startsWith('!'))).toEqual([
    ...[...types, 'Voice', 'Lines'].map(
      (name) =>
        expect.stringMatching(
          `^! Tick: its event ${name} of type \\w+ is not hosted here$`,
        ) as string,
    ),
    '! TickRows: the table is not in the template, so arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1 does not invoke local-Tick here',
    '! TickOther: the queue is not in the template, so arn:aws:sqs:us-east-1:000000000000:other does not invoke local-Tick here',
    '! TickTopic: arn:aws:sns:us-east-1:000000000000:t is not hosted here, so the subscription is left out',
    '! The event bus mine does not exist here, so the rule local-TickBus is left out',
  ]);
  const lambda = new LambdaClient(system.config);
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: 'local-Tick' }));
  expect(FunctionError).toBeUndefined();
});

test('CloudFormation: event sources of what is not hosted are named', async () => {
  const more = `
  Kafka:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Tick
      Topics: [t]
      SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['a:9092'] } }
  Stream:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: !Ref Tick, EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' }
`;
  await using system = await hostText(template(' {}', more));
  expect(system.state.notices).toEqual([
    'Kafka: only queues and streams of tables are hosted as event sources, so SelfManagedEventSource does not invoke local-Tick here',
    'Stream: only queues and streams of tables are hosted as event sources, so arn:aws:kinesis:us-east-1:1:stream/s does not invoke local-Tick here',
  ]);
});

test('a schedule whose target is not hosted is named', async () => {
  const schedule = `
  Universal:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', RoleArn: 'arn:aws:iam::000000000000:role/r', Input: '{}' }`;
  await using system = await hostText(template(' {}', schedule));
  expect(system.state.notices).toEqual([
    'Universal: arn:aws:scheduler:::aws-sdk:sqs:sendMessage is not hosted here, so the schedule starts nothing',
  ]);
});
