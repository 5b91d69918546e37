import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;
let client: AwsClient;

beforeAll(async () => {
  system = await hostTemplate('cfn-stores/template.yaml');
  const { credentials, region } = system.config;
  client = new AwsClient({ ...credentials, region, service: 'sqs', retries: 0 });
});

afterAll(() => system.close());

type Parameters = Readonly<Record<string, string>>;

/** Sends a form to SQS, as clients did before AWS JSON. */
async function query(parameters: Parameters, headers: Parameters = {}, path = '/') {
  const response = await client.fetch(`${system.config.endpoint}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(parameters).toString(),
  });
  return { status: response.status, text: await response.text() };
}

const json = { accept: 'application/json' };

async function create(name: string, more: Parameters = {}): Promise<string> {
  const { text } = await query({ Action: 'CreateQueue', QueueName: name, ...more }, json);
  return new URL(JSON.parse(text).CreateQueueResponse.CreateQueueResult.QueueUrl).pathname;
}

test('attributes and tags are numbered pairs', async () => {
  const path = await create('pairs', {
    'Attribute.1.Name': 'VisibilityTimeout',
    'Attribute.1.Value': '7',
    'Tag.1.Key': 'owner',
    'Tag.1.Value': 'ada',
  });
  const { text } = await query(
    { Action: 'GetQueueAttributes', 'AttributeName.1': 'VisibilityTimeout' },
    {},
    path,
  );
  expect(text).toContain(
    '<GetQueueAttributesResult><Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute></GetQueueAttributesResult>',
  );
});

test('a batch has numbered entries, and its messages have numbered attributes', async () => {
  const path = await create('batch');
  const entry = 'SendMessageBatchRequestEntry';
  const { text } = await query(
    {
      Action: 'SendMessageBatch',
      [`${entry}.1.Id`]: 'one',
      [`${entry}.1.MessageBody`]: 'first',
      [`${entry}.1.MessageAttribute.1.Name`]: 'n',
      [`${entry}.1.MessageAttribute.1.Value.DataType`]: 'Number',
      [`${entry}.1.MessageAttribute.1.Value.StringValue`]: '1',
      [`${entry}.2.Id`]: 'two',
      [`${entry}.2.MessageBody`]: 'second',
      [`${entry}.2.DelaySeconds`]: '900',
    },
    {},
    path,
  );
  expect(text.match(/<SendMessageBatchResultEntry><Id>(?:one|two)<\/Id>/gu)).toHaveLength(2);
  const names = { 'AttributeName.1': 'ApproximateReceiveCount', 'MessageAttributeName.1': 'n' };
  const receive = { Action: 'ReceiveMessage', MaxNumberOfMessages: '10', ...names };
  const messages = async (): Promise<unknown> =>
    JSON.parse((await query(receive, json, path)).text).ReceiveMessageResponse.ReceiveMessageResult
      .messages;
  expect(await messages()).toMatchObject([
    {
      Body: 'first',
      Attributes: [{ Name: 'ApproximateReceiveCount', Value: '1' }],
      MessageAttributes: [{ Name: 'n', Value: { DataType: 'Number', StringValue: '1' } }],
    },
  ]);
  expect(await messages()).toBeNull();
});

test('errors have the codes of the query protocol', async () => {
  const missing = await query({ Action: 'SendMessage', MessageBody: 'x' }, {}, '/0/none');
  expect(missing.status).toBe(400);
  expect(missing.text).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
  expect((await query({ Action: 'Send' })).text).toContain('<Code>InvalidAction</Code>');
  const stranger = new AwsClient({
    accessKeyId: 'x',
    secretAccessKey: 'y',
    region: 'us-east-1',
    service: 'sqs',
    retries: 0,
  });
  const refused = await stranger.fetch(`${system.config.endpoint}/?Action=ListQueues`);
  expect(refused.status).toBe(403);
});
