import { createServer, type Server } from 'node:http';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { listen } from '#local/process/listen.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { ask, openSocket, type SocketClient } from '#test/fixtures/web-sockets.ts';

const service = (name: string): string => `!Sub 'arn:aws:apigateway:\${AWS::Region}:${name}'`;

const resources = `
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Queue: { Type: AWS::SQS::Queue, Properties: {} }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      BillingMode: PAY_PER_REQUEST
  Echo:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      StateMachineType: EXPRESS
      Definition: { StartAt: A, States: { A: { Type: Pass, End: true } } }
  Answer:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Code:
        ZipFile: "exports.handler = async (event) => { if (event.fail) throw new Error('[Bad] ' + event.fail); return { got: event }; };"
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: dev, StageVariables: { by: socket } } }
`;

/** Returns a route that sends back what its integration returns, and the integration. */
function route(name: string, key: string, integration: string): string {
  return `
  ${name}:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, ${integration} }
  ${name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: ${key}, RouteResponseSelectionExpression: $default, Target: !Sub 'integrations/\${${name}}' }
  ${name}Response:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: { ApiId: !Ref Api, RouteId: !Ref ${name}Route, RouteResponseKey: $default }
`;
}

function response(name: string, key: string, template: string): string {
  return `
  ${name}Mapping${key.length}:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: { ApiId: !Ref Api, IntegrationId: !Ref ${name}, IntegrationResponseKey: '${key}', TemplateSelectionExpression: '\\$default', ResponseTemplates: { $default: '${template}' } }
`;
}

const aws = (uri: string): string =>
  `IntegrationType: AWS, IntegrationMethod: POST, CredentialsArn: !GetAtt Role.Arn, IntegrationUri: ${service(uri)}`;

const routes = [
  route(
    'Connect',
    '$connect',
    `${aws('dynamodb:action/PutItem')}, RequestTemplates: { $default: !Sub '{"TableName": "\${Table}", "Item": {"id": {"S": "$context.connectionId"}, "who": {"S": "$input.params("who")"}}}' }`,
  ),
  route(
    'Send',
    'send',
    `${aws('sqs:path/${AWS::AccountId}/${Queue.QueueName}')}, RequestParameters: { integration.request.header.Content-Type: "'application/x-www-form-urlencoded'" }, TemplateSelectionExpression: '\\$default', RequestTemplates: { $default: "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$.text'))" }`,
  ),
  response(
    'Send',
    '$default',
    '{"id": "$input.path("$.SendMessageResponse.SendMessageResult.MessageId")", "by": "$stageVariables.by"}',
  ),
  route(
    'Run',
    'run',
    `${aws('states:action/StartSyncExecution')}, TemplateSelectionExpression: '\${request.body.how}', RequestTemplates: { short: !Sub '{"stateMachineArn": "\${Echo}", "input": "{}"}', $default: !Sub '{"stateMachineArn": "\${Echo}", "input": "$util.escapeJavaScript($input.body)"}' }`,
  ),
  response('Run', '$default', '$input.path("$.output")'),
  route(
    'Ask',
    'ask',
    `IntegrationType: AWS, IntegrationMethod: POST, IntegrationUri: ${service('lambda:path/2015-03-31/functions/${Answer.Arn}/invocations')}`,
  ),
  response('Ask', '$default', '{"ok": $input.json("$.got.text")}'),
  response('Ask', '/.Bad. .*/', '{"bad": $input.json("$.errorMessage")}'),
  route('Never', 'never', `${aws('states:action/StartSyncExecution')}, PassthroughBehavior: NEVER`),
  route(
    'Ping',
    'ping',
    'IntegrationType: MOCK, RequestTemplates: { $default: \'{"statusCode": 200}\' }',
  ),
  response('Ping', '/200/', '{"pong": "$context.connectionId"}'),
  route(
    'Up',
    'up',
    'IntegrationType: HTTP_PROXY, IntegrationMethod: PUT, IntegrationUri: !Sub "${Upstream}/x", RequestParameters: { integration.request.querystring.c: context.routeKey, integration.request.header.x-text: route.request.body.text }',
  ),
];

let system: HostedTemplate;
let upstream: Server;

beforeAll(async () => {
  upstream = createServer(async (request, answer) => {
    const chunks = await Array.fromAsync(request);
    const { method, url, headers } = request;
    answer.end(JSON.stringify({ method, url, text: headers['x-text'], body: chunks.join('') }));
  });
  const port = await listen(upstream, { port: 0, option: '--port' });
  const parameters = `Parameters: { Upstream: { Type: String, Default: 'http://127.0.0.1:${port}' } }`;
  system = await hostText(`${parameters}\nResources:${resources}${routes.join('')}`);
});

afterAll(async () => {
  await system.close();
  upstream.closeAllConnections();
  upstream.close();
});

async function open(): Promise<SocketClient> {
  const client = await openSocket(`${system.state.webSocketApis?.['Api']?.url}?who=Ada`);
  onTestFinished(() => client.socket.terminate());
  return client;
}

test('a connection is stored by its template, without a function', async () => {
  await open();
  const dynamo = new DynamoDBClient(system.config);
  const { Items = [] } = await dynamo.send(
    new ScanCommand({ TableName: system.state.tables['Table'] }),
  );
  expect(Items).toMatchObject([{ who: { S: 'Ada' }, id: { S: expect.stringMatching(/=$/u) } }]);
});

test('a message is sent to a queue, and the response is mapped', async () => {
  const client = await open();
  expect(await ask(client, { action: 'send', text: 'a&b' })).toEqual({
    id: expect.stringMatching(/^[\da-f-]{36}$/u),
    by: 'socket',
  });
  const sqs = new SQSClient(system.config);
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: system.state.queues['Queue'] }),
  );
  expect(Messages).toMatchObject([{ Body: '"a&b"' }]);
});

test('the message chooses the template of a request', async () => {
  const client = await open();
  const message = { action: 'run', how: 'long' };
  expect(await ask(client, message)).toEqual(message);
  expect(await ask(client, { action: 'run', how: 'short' })).toEqual({});
});

test('a function receives the message alone, and its error chooses the response', async () => {
  const client = await open();
  expect(await ask(client, { action: 'ask', text: 'hi' })).toEqual({ ok: 'hi' });
  expect(await ask(client, { action: 'ask', fail: 'x' })).toEqual({ bad: '[Bad] x' });
});

test('a message without a template is refused if it must have one', async () => {
  expect(await ask(await open(), { action: 'never' })).toMatchObject({
    message: 'Internal server error',
  });
});

test('a mock answers with its template', async () => {
  expect(await ask(await open(), { action: 'ping' })).toEqual({
    pong: expect.stringMatching(/=$/u),
  });
});

test('an HTTP endpoint receives the message and mapped parameters', async () => {
  const message = { action: 'up', text: 'hi' };
  expect(await ask(await open(), message)).toEqual({
    method: 'PUT',
    url: '/x?c=up',
    text: 'hi',
    body: JSON.stringify(message),
  });
});
