import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readSchedule } from '#local/events/schedule.ts';
import { hostTemplate, hostText } from '#test/fixtures/host-template.ts';

const plain = (more = ''): string => `
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs24.x, Handler: index.handler, Code: { ZipFile: 'exports.handler = async () => 1' }${more} }
`;

test.each<[string, string, string]>([
  ['an unknown short form', plain(', Role: !Reff x'), 'Unresolved tag: !Reff'],
  [
    'a reference to a missing resource',
    plain(', Role: !Ref Nobody'),
    'F.Role: There is no resource or parameter Nobody',
  ],
  [
    'a rule with a single time',
    `${plain()}  R: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: at(2026-03-01T10:00:00), Targets: [] } }`,
    'R.ScheduleExpression: at(2026-03-01T10:00:00) is for AWS::Scheduler::Schedule',
  ],
  [
    'a schedule in a time zone that does not exist',
    `${plain()}  S: { Type: AWS::Scheduler::Schedule, Properties: { ScheduleExpression: rate(1 day), ScheduleExpressionTimezone: Mars/Olympus, FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: !GetAtt F.Arn, RoleArn: r } } }`,
    'S.ScheduleExpression: Mars/Olympus is not a time zone',
  ],
  [
    'an unknown function',
    plain(", Role: { 'Fn::Subb': x }"),
    'F.Role: Fn::Subb is not a supported intrinsic function',
  ],
  [
    'a value that cannot be looked up',
    plain(", Role: '{{resolve:ssm:/a}}'"),
    'F.Role: {{resolve:ssm:/a}}: there is no ssm value /a here: give it with --parameter ssm:/a=VALUE',
  ],
  [
    'a timeout out of range',
    plain(', Timeout: 3000'),
    'F.Timeout: must be a whole number from 1 to 900, not 3000',
  ],
  [
    'a retention that CloudWatch Logs does not have',
    'Resources: { G: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 8 } } }',
    'G.RetentionInDays: must be one of 1, 3, 5, 7,',
  ],
  [
    'a variable that Lambda reserves',
    plain(', Environment: { Variables: { AWS_REGION: x } }'),
    'F.Environment.Variables: AWS_REGION is reserved by Lambda',
  ],
  [
    'a missing handler',
    'Resources: { F: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs24.x, Code: { ZipFile: x } } } }',
    'F.Handler: must be a string',
  ],
  [
    'a missing runtime',
    'Resources: { F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b, Code: { ZipFile: x } } } }',
    'F.Runtime: must be a string',
  ],
  [
    'a missing folder',
    'Resources: { F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b, Runtime: nodejs24.x, Code: nope } } }',
    'F.Code: there is no folder',
  ],
  ['a template without resources', 'Hello: world', 'has no Resources'],
  [
    'SAM without its transform',
    'Resources: { F: { Type: AWS::Serverless::Function, Properties: {} } }',
    'Transform: must be AWS::Serverless-2016-10-31',
  ],
  [
    'a missing nested template',
    'Resources: { N: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: no.yaml } } }',
    'N.TemplateURL: there is no file',
  ],
  [
    'an invalid schedule',
    'Resources: { R: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(5 minute), Targets: [] } } }',
    'R.ScheduleExpression: rate(5 minute) is not a schedule',
  ],
  [
    'a status that HTTP does not have',
    `Resources:
      A: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
      G: { Type: AWS::ApiGateway::GatewayResponse, Properties: { RestApiId: !Ref A, ResponseType: DEFAULT_5XX, StatusCode: 1000 } }
      D: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref A, StageName: v1 } }`,
    'StatusCode: must be an HTTP status from 200 to 599, not 1000',
  ],
  [
    'a queue that is visible again before its function ends',
    `${plain(', Timeout: 60')}
  Q: { Type: AWS::SQS::Queue }
  A: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref F, FunctionVersion: $LATEST, Name: live } }
  S:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt Q.Arn, FunctionName: !Ref A }`,
    'S: Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
  ],
  [
    'a mapping of a table without a stream',
    `${plain()}
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      BillingMode: PAY_PER_REQUEST
  S:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt T.StreamArn, FunctionName: !Ref F, StartingPosition: LATEST }`,
    'S: T has no StreamSpecification, and so no StreamArn',
  ],
  [
    'a timeout that an HTTP API does not have',
    `Resources:
      A: { Type: AWS::ApiGatewayV2::Api, Properties: { Body: { openapi: 3.0.1, paths: { /x: { get: {
        x-amazon-apigateway-integration: { type: HTTP_PROXY, uri: 'http://127.0.0.1', timeoutInMillis: 3000000000 } } } } } } }
      S: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref A, StageName: $default } }`,
    'timeoutInMillis: must be from 50 to 30000',
  ],
])('an error names %s', async (_, text, message) => {
  await expect(hostText(text)).rejects.toThrow(message);
});

test('an output that cannot be resolved is reported, and the rest starts', async () => {
  const outputs = "Outputs: { A: { Value: '{{resolve:ssm:/a}}' }, B: { Value: !Ref F } }";
  await using system = await hostText(plain() + outputs);
  expect(system.state.outputs).toEqual({ B: 'local-F' });
  expect(system.lines).toEqual([
    '! Outputs.A: {{resolve:ssm:/a}}: there is no ssm value /a here: give it with --parameter ssm:/a=VALUE',
  ]);
});

test('a function with code in S3 and its URL are reported, and the rest starts', async () => {
  await using system = await hostText(`${plain()}  G:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs24.x, Handler: index.handler, Code: { S3Bucket: b, S3Key: k } }
  GUrl: { Type: AWS::Lambda::Url, Properties: { AuthType: NONE, TargetFunctionArn: !Ref G } }
`);
  expect(system.lines).toEqual([
    '! G.Code: its code is in an S3 bucket, which is not available locally',
    '! GUrl: its function is not hosted here',
  ]);
  expect(Object.keys(system.state.functions)).toEqual(['F']);
});

test('a code archive is unpacked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const files = {
    'index.js': strToU8('exports.handler = async () => "from a zip"'),
    '../out.js': strToU8('x'),
  };
  await writeFile(join(folder, 'code.zip'), zipSync(files));
  const template = join(folder, 'template.yaml');
  await writeFile(template, plain().replace(/Code: \{[^}]*\}/u, 'Code: code.zip'));
  await using system = await hostTemplate('', { template });
  const lambda = new LambdaClient(system.config);
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'local-F' }));
  expect(Payload?.transformToString()).toBe('"from a zip"');
});

test('requests signed for another Region are accepted', async () => {
  await using system = await hostText(plain());
  const client = new BedrockRuntimeClient({ ...system.config, region: 'us-west-2' });
  const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
  const response = await client.send(
    new ConverseCommand({ modelId: 'amazon.nova-lite-v1:0', messages }),
  );
  expect(response.stopReason).toBe('end_turn');
});

test.each([
  ['rate(1 minute)', '2026-01-01T00:01:00Z'],
  ['cron(0/15 * * * ? *)', '2026-01-01T00:15:00Z'],
  ['cron(0 9 ? * MON-FRI *)', '2026-01-01T09:00:00Z'],
  ['cron(0 9 ? * 2 *)', '2026-01-05T09:00:00Z'],
  ['cron(30 3 L * ? *)', '2026-01-31T03:30:00Z'],
  ['cron(0 12 1/7 * ? *)', '2026-01-01T12:00:00Z'],
  ['at(2026-03-01T10:00:00)', '2026-03-01T10:00:00Z'],
])('%s is due at %s', (expression, due) => {
  const next = readSchedule(expression).next(Date.parse('2026-01-01T00:00:00Z'));
  expect(new Date(next ?? 0).toISOString()).toBe(due.replace('Z', '.000Z'));
});

test('a schedule follows the clock of its time zone', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');
  const due = (expression: string): string =>
    new Date(readSchedule(expression, { timezone: 'Asia/Tokyo' }).next(start) ?? 0).toISOString();
  expect(due('cron(0 10 * * ? *)')).toBe('2026-01-01T01:00:00.000Z');
  expect(due('at(2026-02-01T09:00:00)')).toBe('2026-02-01T00:00:00.000Z');
});
