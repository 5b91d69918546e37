import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const template = `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Queue: { Type: AWS::SQS::Queue, Properties: {} }
  Wait:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      Definition: { StartAt: A, States: { A: { Type: Wait, Seconds: 900, End: true } } }
  Echo:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      StateMachineType: EXPRESS
      Definition: { StartAt: A, States: { A: { Type: Pass, End: true } } }
  Http:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: HTTP
      Body:
        openapi: 3.0.1
        paths:
          /start/{name}:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                integrationSubtype: StepFunctions-StartExecution
                payloadFormatVersion: '1.0'
                credentials: !GetAtt Role.Arn
                requestParameters:
                  StateMachineArn: !Ref Wait
                  Name: $request.path.name
                  Input: $request.body.input
                responseParameters:
                  '200':
                    overwrite:statuscode: '202'
                    overwrite:header.x-execution: $response.body.executionArn
                    append:header.x-both: '\${response.header.content-type} of \${context.httpMethod}'
                    remove:header.content-type: "''"
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Http, StageName: $default, StageVariables: { group: blue } } }
`;

/** Returns an integration with a subtype and the route to it. */
function route(name: string, subtype: string, parameters: string): string {
  return `
  ${name}:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Http
      IntegrationType: AWS_PROXY
      IntegrationSubtype: ${subtype}
      PayloadFormatVersion: '1.0'
      CredentialsArn: !GetAtt Role.Arn
      RequestParameters: ${parameters}
  ${name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Http, RouteKey: 'POST /${name}', Target: !Sub 'integrations/\${${name}}' }
`;
}

const routes = [
  route(
    'sync',
    'StepFunctions-StartSyncExecution',
    '{ StateMachineArn: !Ref Echo, Input: $request.body }',
  ),
  route(
    'stop',
    'StepFunctions-StopExecution',
    "{ ExecutionArn: $request.body.arn, Cause: '${request.querystring.why} by ${request.header.X-By}' }",
  ),
  route(
    'send',
    'SQS-SendMessage',
    `{ QueueUrl: !Ref Queue, MessageBody: $request.body.MessageBody, MessageAttributes: '{"by": {"DataType": "String", "StringValue": "\${stageVariables.group}"}}' }`,
  ),
  route(
    'receive',
    'SQS-ReceiveMessage',
    "{ QueueUrl: !Ref Queue, MessageAttributeNames: All, MaxNumberOfMessages: '2' }",
  ),
  route(
    'delete',
    'SQS-DeleteMessage',
    '{ QueueUrl: !Ref Queue, ReceiptHandle: $request.body.receipt }',
  ),
  route('purge', 'SQS-PurgeQueue', '{ QueueUrl: !Ref Queue }'),
  route('record', 'Kinesis-PutRecord', '{ StreamName: s, Data: $request.body, PartitionKey: a }'),
];

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostText(template + routes.join(''));
});

afterAll(() => system.close());

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const url = `${system.state.apis['Http']?.url}${path}`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('an execution is started by parameters, and its response is mapped', async () => {
  const { status, headers, text } = await post('/start/first', { input: { a: 1 } });
  expect(status).toBe(202);
  expect(headers.get('content-type')).toBeNull();
  expect(headers.get('x-both')).toBe('application/x-amz-json-1.0 of POST');
  const executionArn: string = JSON.parse(text).executionArn;
  expect(headers.get('x-execution')).toBe(executionArn);
  const sfn = new SFNClient(system.config);
  const started = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  expect(started).toMatchObject({ name: 'first', input: '{"a":1}', status: 'RUNNING' });
  const stopped = await post('/stop?why=tired', { arn: executionArn }, { 'x-by': 'Ada' });
  expect(stopped.status).toBe(200);
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'ABORTED',
    cause: 'tired by Ada',
  });
});

test('a synchronous execution returns its output, and an error of the service is passed on', async () => {
  const { status, text } = await post('/sync', { n: 1 });
  expect([status, JSON.parse(text)]).toMatchObject([
    200,
    { status: 'SUCCEEDED', output: '{"n":1}' },
  ]);
  const refused = await post('/stop?why=x', { arn: 'no-arn' }, { 'x-by': 'Ada' });
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.text)).toMatchObject({ __type: expect.stringContaining('Invalid') });
});

test('messages are sent, received and deleted in the query protocol', async () => {
  const sent = await post('/send', { MessageBody: '<a & b>' });
  expect(sent.status).toBe(200);
  expect(sent.text).toMatch(/^<SendMessageResponse .*<MessageId>[\da-f-]{36}<\/MessageId>/u);
  const received = await post('/receive', {});
  expect(received.text).toContain('<Body>&lt;a &amp; b&gt;</Body>');
  expect(received.text).toContain(
    '<MessageAttribute><Name>by</Name><Value><DataType>String</DataType><StringValue>blue</StringValue></Value></MessageAttribute>',
  );
  const receipt = /<ReceiptHandle>([^<]+)</u.exec(received.text)?.[1];
  expect(await post('/delete', { receipt })).toMatchObject({ status: 200 });
  await post('/send', { MessageBody: 'purged' });
  expect(await post('/purge', {})).toMatchObject({ status: 200 });
  const sqs = new SQSClient(system.config);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: system.state.queues['Queue'] }),
  );
  expect(Messages).toEqual([]);
});

test('a required parameter without a value is refused', async () => {
  const { status, text } = await post('/send', { other: 1 });
  expect([status, JSON.parse(text)]).toEqual([
    400,
    {
      message:
        'Unable to resolve property MessageBody from source {{ $request.body.MessageBody }}. Please make sure that the value for MessageBody is specified in the request.',
    },
  ]);
});

test('a service that is not hosted is named', async () => {
  const message = 'The service kinesis is not hosted here.';
  const { status, text } = await post('/record', {});
  expect([status, JSON.parse(text)]).toEqual([501, { message }]);
  expect(system.state.notices).toContainEqual(`Http POST /record: ${message}`);
});
