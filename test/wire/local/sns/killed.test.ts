import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { hostTemplate, hostText } from '#test/fixtures/host-template.ts';
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

const lookingUp = `
Outputs:
  Parameter: { Value: '{{resolve:ssm:/api}}' }
  Secret: { Value: '{{resolve:secretsmanager:api:SecretString:k}}' }
`;

test('what was acknowledged is there after a kill, and templates look it up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const template = join(folder, 'template.yaml');
  await writeFile(template, resources);
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
  await host.kill('SIGKILL');

  await writeFile(template, resources + lookingUp);
  await using system = await hostTemplate('', { template, data: join(folder, 'data') });
  expect(system.state.outputs).toEqual({ Parameter: 'by API', Secret: 'v' });
  const { Messages = [] } = await new SQSClient(system.config).send(
    new ReceiveMessageCommand({
      QueueUrl: system.state.queues['Queue'],
      MaxNumberOfMessages: 10,
    }),
  );
  const bodies = Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown);
  expect(bodies).toMatchObject([{ Message: 'published' }, { event: 1 }]);
});

test('a damaged file is named when a template looks a value up in it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'streambed-'));
  const file = join(data, 'ssm.sqlite');
  await writeFile(file, 'x'.repeat(4096));
  await expect(hostText(resources + lookingUp, { data })).rejects.toThrow(`${file} is damaged.`);
});
