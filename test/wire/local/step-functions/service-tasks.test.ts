import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const task = (name: string, resource: string, parameters: object): string => `
  ${name}:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: ${name}
      StateMachineType: EXPRESS
      RoleArn: arn:aws:iam::000000000000:role/x
      Definition:
        StartAt: T
        States: { T: { Type: Task, End: true, Resource: 'arn:aws:states:::${resource}', Parameters: ${JSON.stringify(parameters)} } }
`;

const event = { Source: 'app', DetailType: 'x', 'Detail.$': '$' };
const topic = 'arn:aws:sns:us-east-1:000000000000:local-Topic';

const template = `
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { Subscription: [{ Protocol: sqs, Endpoint: !GetAtt Queue.Arn }] }
  Rule:
    Type: AWS::Events::Rule
    Properties: { EventPattern: { source: [app] }, Targets: [{ Id: q, Arn: !GetAtt Queue.Arn, InputPath: $.detail }] }
  Parameter: { Type: AWS::SSM::Parameter, Properties: { Name: /p, Type: String, Value: v } }
  Secret: { Type: AWS::SecretsManager::Secret, Properties: { Name: s, SecretString: text } }
${task('events', 'events:putEvents', { Entries: [event] })}
${task('failing', 'events:putEvents', { Entries: [{ ...event, Source: 'aws.x' }] })}
${task('sdkEvents', 'aws-sdk:eventbridge:putEvents', { Entries: [{ ...event, Source: 'aws.x' }] })}
${task('publish', 'sns:publish', { TopicArn: topic, 'Message.$': '$', MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } })}
${task('topics', 'aws-sdk:sns:listTopics', {})}
${task('lost', 'sns:publish', { TopicArn: `${topic}x`, Message: 'x' })}
${task('parameter', 'aws-sdk:ssm:getParameter', { Name: '/p' })}
${task('noParameter', 'aws-sdk:ssm:getParameter', { Name: '/none' })}
${task('secret', 'aws-sdk:secretsmanager:getSecretValue', { SecretId: 's' })}
`;

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostText(template);
});

afterAll(() => system.close());

async function run(name: string): Promise<unknown> {
  const { output, error, cause } = await new SFNClient({
    ...system.config,
    disableHostPrefix: true,
  }).send(
    new StartSyncExecutionCommand({
      stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`,
      input: '{"n":1}',
    }),
  );
  return output === undefined ? { error, cause } : (JSON.parse(output) as unknown);
}

async function received(): Promise<unknown> {
  const QueueUrl = system.state.queues['Queue'];
  const receive = new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 });
  const { Messages } = await new SQSClient(system.config).send(receive);
  return JSON.parse(Messages?.[0]?.Body ?? 'null') as unknown;
}

test('events:putEvents puts a value, and fails with its entries', async () => {
  expect(await run('events')).toMatchObject({
    FailedEntryCount: 0,
    SdkHttpMetadata: { HttpStatusCode: 200 },
  });
  expect(await received()).toEqual({ n: 1 });
  expect(await run('failing')).toMatchObject({ error: 'EventBridge.FailedEntry' });
  expect(await run('sdkEvents')).toMatchObject({ FailedEntryCount: 1 });
});

test('sns:publish publishes a value with its attributes', async () => {
  expect(await run('publish')).toMatchObject({
    MessageId: expect.stringMatching(/^[\da-f-]{36}$/u) as string,
    SdkHttpMetadata: { HttpStatusCode: 200 },
  });
  expect(await received()).toMatchObject({
    Message: '{"n":1}',
    MessageAttributes: { a: { Type: 'String', Value: 'b' } },
  });
  expect(await run('topics')).toEqual({ Topics: [{ TopicArn: topic }] });
  expect(await run('lost')).toMatchObject({ error: 'SNS.NotFoundException' });
});

test('parameters and secrets are read by the SDK', async () => {
  expect(await run('parameter')).toMatchObject({ Parameter: { Name: '/p', Value: 'v' } });
  expect(await run('noParameter')).toMatchObject({ error: 'Ssm.ParameterNotFoundException' });
  expect(await run('secret')).toMatchObject({ Name: 's', SecretString: 'text' });
});
