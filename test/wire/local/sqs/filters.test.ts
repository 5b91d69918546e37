import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { hostText } from '#test/fixtures/host-template.ts';

const template = `
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Picks:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Code: { ZipFile: "exports.handler = async ({ Records }) => { for (const { body } of Records) console.log('took ' + body); };" }
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue.Arn
      FunctionName: !Ref Picks
      FilterCriteria:
        Filters:
          - Pattern: '{"messageAttributes":{"kind":{"stringValue":["a"]}}}'
          - Pattern: '{"body":{"n":[{"numeric":[">",5]}]},"eventSource":["aws:sqs"]}'
`;

test('a filter matches the members of the record, and the JSON of its body', async () => {
  await using system = await hostText(template);
  const sqs = new SQSClient(system.config);
  const QueueUrl = system.state.queues['Queue'];
  const send = (MessageBody: string, kind = 'b'): Promise<unknown> => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: kind } };
    return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
  };
  await send('{"n":1}');
  await send('text');
  await send('by its attribute', 'a');
  await send('{"n":7}');
  const taken = (): readonly string[] =>
    system.lines.flatMap((line) => /took (.+)$/u.exec(line)?.[1] ?? []).toSorted();
  await expect.poll(taken).toEqual(['by its attribute', '{"n":7}']);
});
