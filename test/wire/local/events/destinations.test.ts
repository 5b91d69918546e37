import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { hostText } from '#test/fixtures/host-template.ts';

const template = `
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: results } }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { Subscription: [{ Protocol: sqs, Endpoint: !GetAtt Queue.Arn }] }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: { source: [lambda] }
      Targets: [{ Id: q, Arn: !GetAtt Queue.Arn }]
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      DeadLetterConfig: { TargetArn: !Ref Topic }
      Code: { ZipFile: "exports.handler = async ({ fail }) => { if (fail) throw new Error('no'); };" }
  Config:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Work
      Qualifier: $LATEST
      MaximumRetryAttempts: 0
      DestinationConfig: { OnSuccess: { Destination: !GetAtt Bus.Arn } }
`;

test('the result of an invocation goes to a bus, and its dead letter to a topic', async () => {
  await using system = await hostText(template);
  const lambda = new LambdaClient(system.config);
  const sqs = new SQSClient(system.config);
  const invoke = (payload: string): Promise<unknown> =>
    lambda.send(
      new InvokeCommand({
        FunctionName: 'local-Work',
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(payload),
      }),
    );
  const receive = async (): Promise<unknown> => {
    const QueueUrl = system.state.queues['Queue'];
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, VisibilityTimeout: 600 }),
    );
    return JSON.parse(Messages?.[0]?.Body ?? 'null') as unknown;
  };
  await invoke('{"n":1}');
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:local-Work:$LATEST';
  expect(await receive()).toMatchObject({
    source: 'lambda',
    'detail-type': 'Lambda Function Invocation Result - Success',
    resources: ['arn:aws:events:us-east-1:000000000000:event-bus/results', functionArn],
    detail: { requestPayload: { n: 1 }, requestContext: { condition: 'Success' } },
  });
  await invoke('{"fail":true}');
  expect(await receive()).toMatchObject({
    Type: 'Notification',
    Message: '{"fail":true}',
    MessageAttributes: { ErrorMessage: { Type: 'String', Value: 'no' } },
  });
});
