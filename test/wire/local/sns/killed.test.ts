import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { hostTemplate, hostText } from '#test/fixtures/host-template.ts';
import { receiveMessages } from '#test/fixtures/receive-messages.ts';
import { startLocalProcess } from '#test/fixtures/local-process.ts';

const resources = `
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { Subscription: [{ Protocol: sqs, Endpoint: !GetAtt Queue.Arn }] }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [app] }
      Targets: [{ Id: q, Arn: !GetAtt Queue.Arn, InputPath: $.detail }]
`;

/** A function that logs the records of a stream one by one, and fails with that of one item. */
const streamed = (failing: string): string => `
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: { StreamViewType: KEYS_ONLY }
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Code:
        ZipFile: |
          exports.handler = async ({ Records: [{ dynamodb }] }) => {
            const id = dynamodb.Keys.id.S;
            console.log('record ' + id);
            if (id === '${failing}') throw new Error(id);
          };
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Items.StreamArn
      FunctionName: !Ref Work
      StartingPosition: LATEST
      BatchSize: 1
`;

const lookingUp = `
Outputs:
  Parameter: { Value: '{{resolve:ssm:/api}}' }
  Secret: { Value: '{{resolve:secretsmanager:api:SecretString:k}}' }
`;

test('what was acknowledged is there after a kill: templates look it up, and functions go on with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const template = join(folder, 'template.yaml');
  await writeFile(template, resources + streamed('second'));
  const host = await startLocalProcess(template, folder);
  const { config } = host;
  await new SSMClient(config).send(
    new PutParameterCommand({ Name: '/api', Value: 'by API', Type: 'String' }),
  );
  await new SecretsManagerClient(config).send(
    new CreateSecretCommand({ Name: 'api', SecretString: '{"k":"v"}' }),
  );
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:local-Topic';
  await new SNSClient(config).send(new PublishCommand({ TopicArn, Message: 'published' }));
  const Entries = [{ Source: 'app', DetailType: 'x', Detail: '{"event":1}' }];
  await new EventBridgeClient(config).send(new PutEventsCommand({ Entries }));
  const dynamo = new DynamoDBClient(config);
  for (const id of ['first', 'second', 'third']) {
    const Item = { id: { S: id } };
    await dynamo.send(new PutItemCommand({ TableName: 'local-Items', Item }));
  }
  await expect.poll(() => host.lines.join('\n')).toContain('record second');
  await host.kill('SIGKILL');

  await writeFile(template, resources + streamed('none') + lookingUp);
  await using system = await hostTemplate('', { template, data: join(folder, 'data') });
  expect(system.state.outputs).toEqual({ Parameter: 'by API', Secret: 'v' });
  const messages = await receiveMessages(system, 'Queue');
  const bodies = messages.map(({ Body = '' }) => JSON.parse(Body) as unknown);
  expect(bodies).toMatchObject([{ Message: 'published' }, { event: 1 }]);
  const records = (): readonly string[] =>
    system.lines.flatMap((line) => /record (\w+)$/u.exec(line)?.[1] ?? []);
  // The first was processed before the kill, and the second was not.
  await expect.poll(records).toEqual(['second', 'third']);
});

test('a damaged file is named when a template looks a value up in it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'streambed-'));
  const file = join(data, 'ssm.sqlite');
  await writeFile(file, 'x'.repeat(4096));
  await expect(hostText(resources + lookingUp, { data })).rejects.toThrow(`${file} is damaged.`);
});
