import {
  CreateTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  type PublishCommandInput,
  type SubscribeCommandInput,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const topicArn = 'arn:aws:sns:us-east-1:000000000000:local-Topic';
let system: HostedTemplate;
let sns: SNSClient;

beforeAll(async () => {
  system = await hostText('Resources: { Topic: { Type: AWS::SNS::Topic } }');
  sns = new SNSClient(system.config);
});

afterAll(() => system.close());

test.each<readonly [Partial<PublishCommandInput>, string]>([
  [{ Message: '' }, 'Invalid parameter: Empty message'],
  [{ Message: 'x'.repeat(262_145) }, 'Invalid parameter: Message too long'],
  [{ Subject: 'x'.repeat(101) }, 'Invalid parameter: Subject'],
  [{ MessageStructure: 'json' }, 'Message Structure - JSON message body failed to parse'],
  [
    { MessageStructure: 'json', Message: '{"sqs":"x"}' },
    'Message Structure - No default entry in JSON message body',
  ],
  [{ MessageDeduplicationId: 'x' }, 'MessageDeduplicationId Reason: The request includes'],
  [
    { MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } },
    "The message attribute 'a' has an invalid message attribute type",
  ],
  [
    { MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } },
    "Could not cast message attribute 'a' value to number.",
  ],
  [{ TopicArn: undefined }, 'TopicArn or TargetArn Reason: no value for required parameter'],
  [{ TopicArn: `${topicArn}x` }, 'Topic does not exist'],
])('a message that SNS refuses is refused: %#', async (input, expected) => {
  const command = new PublishCommand({ TopicArn: topicArn, Message: 'x', ...input });
  await expect(sns.send(command)).rejects.toThrow(expected);
});

const queueArn = 'arn:aws:sqs:us-east-1:000000000000:q';

test.each<readonly [Partial<SubscribeCommandInput>, string]>([
  [{ Protocol: 'pigeon' }, 'Invalid parameter: Protocol'],
  [{ Protocol: 'email', Endpoint: 'a@b.c' }, 'Protocol Reason: email is not hosted here'],
  [{ Endpoint: 'q' }, 'Invalid parameter: SQS endpoint ARN'],
  [
    { Endpoint: `${queueArn}.fifo` },
    'FIFO SQS Queues can not be subscribed to standard SNS topics',
  ],
  [{ Attributes: { Filter: '{}' } }, 'Invalid parameter: AttributeName'],
  [{ Attributes: { RawMessageDelivery: 'yes' } }, 'RawMessageDelivery: Invalid value.'],
  [{ Attributes: { FilterPolicy: '{' } }, 'FilterPolicy: failed to parse JSON.'],
  [{ Attributes: { FilterPolicy: '{"a":"b"}' } }, '"a" must be an object or an array'],
  [
    { Attributes: { FilterPolicy: '{"a":{"b":["c"]}}' } },
    'Filter policy scope MessageAttributes does not support nested filter policy',
  ],
  [
    { Attributes: { FilterPolicy: '{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}' } },
    'Filter policy can not have more than 5 keys',
  ],
  [
    { Attributes: { FilterPolicy: '{"a":[1]}', FilterPolicyScope: 'X' } },
    'FilterPolicyScope: Invalid',
  ],
  [
    { Attributes: { RedrivePolicy: '{"deadLetterTargetArn":"x"}' } },
    'RedrivePolicy: deadLetterTargetArn',
  ],
])('a subscription that SNS refuses is refused: %j', async (input, expected) => {
  const wanted = { TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn, ...input };
  await expect(sns.send(new SubscribeCommand(wanted))).rejects.toThrow(expected);
});

test('a topic that SNS refuses is refused', async () => {
  const create = (Name: string, Attributes?: Record<string, string>) =>
    sns.send(new CreateTopicCommand({ Name, Attributes }));
  await expect(create('a b')).rejects.toThrow('Invalid parameter: Topic Name');
  await expect(create('a', { FifoTopic: 'true' })).rejects.toThrow('must end with .fifo');
  await expect(create('local-Topic', { DisplayName: 'x' })).rejects.toThrow(
    'Topic already exists with different attributes',
  );
});
