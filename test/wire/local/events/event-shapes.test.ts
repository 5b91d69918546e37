import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  APIGatewayProxyEventSchema,
  APIGatewayRequestAuthorizerEventSchema,
  APIGatewayTokenAuthorizerEventSchema,
} from '@aws-lambda-powertools/parser/schemas/api-gateway';
import {
  APIGatewayProxyEventV2Schema,
  APIGatewayRequestAuthorizerEventV2Schema,
} from '@aws-lambda-powertools/parser/schemas/api-gatewayv2';
import { DynamoDBStreamSchema } from '@aws-lambda-powertools/parser/schemas/dynamodb';
import { EventBridgeSchema } from '@aws-lambda-powertools/parser/schemas/eventbridge';
import { LambdaFunctionUrlSchema } from '@aws-lambda-powertools/parser/schemas/lambda';
import { S3Schema } from '@aws-lambda-powertools/parser/schemas/s3';
import { SqsSchema } from '@aws-lambda-powertools/parser/schemas/sqs';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { schemaDifferences } from '#test/fixtures/schema-differences.ts';

/*
 * Every event that the host makes, compared with the schemas of Powertools for AWS Lambda. What
 * differs is listed: `+` is not in the schema, `-` is optional and absent.
 */

type Json = Readonly<Record<string, unknown>>;

const clock = createManualClock(Date.UTC(2026, 0, 2, 12, 30));
let system: HostedTemplate;

beforeAll(async () => {
  system = await hostTemplate('sam-events/template.yaml', { clock });
});

afterAll(() => system.close());

const rest = (path: string): string => `${system.state.apis['Rest']?.url}${path}`;
const http = (path: string): string => `${system.state.apis['Http']?.url}${path}`;

async function json(response: Promise<Response>): Promise<Json> {
  const { status, ok } = await response;
  const text = await (await response).text();
  if (!ok) throw new Error(`${status} ${text}`);
  return JSON.parse(text) as Json;
}

const get = (url: string, init?: RequestInit): Promise<Json> => json(fetch(url, init));

const signed = (url: string, service: string): Promise<Json> => {
  const client = new AwsClient({ ...system.state.credentials, service, region: 'us-east-1' });
  return json(client.fetch(url));
};

const context = (event: Json): Json => event['requestContext'] as Json;

/** Returns the event of the authorizer, which it puts into its context. */
function authorizerEvent(fields: unknown): Json {
  return JSON.parse((fields as { readonly event: string }).event) as Json;
}

/** Returns the events that were logged, of those that a service sends. */
async function logged(isOne: (event: Json) => boolean): Promise<Json> {
  const find = (): Json | undefined =>
    system.lines
      .flatMap((line) => /event (\{.+\})$/u.exec(line)?.[1] ?? [])
      .map((text) => JSON.parse(text) as Json)
      .find(isOne);
  await expect.poll(find).toBeDefined();
  return find() ?? {};
}

/** Members that REST APIs leave out unless something is used that is not hosted. */
const restOnly = [
  '-requestContext.connectedAt',
  '-requestContext.connectionId',
  '-requestContext.eventType',
  '-requestContext.identity.clientCert',
  '-requestContext.messageDirection',
  '-requestContext.messageId',
  '-requestContext.operationName',
  '-requestContext.routeKey',
];
const withoutKey = ['-requestContext.identity.apiKey', '-requestContext.identity.apiKeyId'];
const sorted = (...parts: readonly (readonly string[])[]): readonly string[] =>
  parts.flat().toSorted();

test.each(['GET', 'POST'])('a REST API: %s', async (method) => {
  const init = method === 'GET' ? { method } : { method, body: '{}' };
  const event = await get(rest('/open?a=1&a=2'), init);
  const open = sorted(restOnly, withoutKey, ['-requestContext.authorizer']);
  expect(schemaDifferences(APIGatewayProxyEventSchema, event)).toEqual(open);
  expect(event).toMatchObject({
    headers: { 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Proto': 'http' },
    multiValueHeaders: { 'X-Forwarded-For': ['127.0.0.1'] },
  });
});

test('a REST API with a signed request', async () => {
  const event = await signed(rest('/iam'), 'execute-api');
  const open = sorted(restOnly, withoutKey, ['-requestContext.authorizer']);
  expect(schemaDifferences(APIGatewayProxyEventSchema, event)).toEqual(open);
});

test('a REST API with a TOKEN authorizer', async () => {
  const event = await get(rest('/token'), { headers: { authorization: 'me' } });
  const own = ['+requestContext.authorizer.event', '+requestContext.authorizer.n'];
  expect(schemaDifferences(APIGatewayProxyEventSchema, event)).toEqual(
    sorted(own, restOnly, withoutKey),
  );
  const { authorizer } = context(event);
  expect(authorizer).toMatchObject({ principalId: 'someone', n: '1' });
  const given = authorizerEvent(authorizer);
  expect(schemaDifferences(APIGatewayTokenAuthorizerEventSchema, given)).toEqual([]);
});

test('a REST API with a REQUEST authorizer and an API key', async () => {
  const key = system.state.apis['Rest']?.apiKeys[0] ?? '';
  const headers = { 'x-token': 'me', 'x-api-key': key };
  const event = await get(rest('/request/a%20b'), { headers });
  const own = ['+requestContext.authorizer.event', '+requestContext.authorizer.n'];
  expect(schemaDifferences(APIGatewayProxyEventSchema, event)).toEqual(sorted(own, restOnly));
  const given = authorizerEvent(context(event)['authorizer']);
  expect(schemaDifferences(APIGatewayRequestAuthorizerEventSchema, given)).toEqual(
    // The schema has members of the context at the top as well.
    sorted(restOnly, ['-apiId', '-deploymentId', '-domainName', '-requestContext.authorizer']),
  );
  const identity = { apiKey: key, apiKeyId: expect.any(String) as string };
  expect(given).toMatchObject({
    requestContext: { identity },
    pathParameters: { id: 'a b' },
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    stageVariables: {},
  });
  expect(event).toMatchObject({ requestContext: { identity } });
  const cached = await get(rest('/request/x'), { headers });
  expect(context(cached)['authorizer']).toMatchObject({ integrationLatency: 0 });
});

const noMutualTls = ['-requestContext.authentication'];

test('an HTTP API in format 2.0', async () => {
  const headers = { cookie: 'a=1' };
  const event = await get(http('/two/x?q=1'), { method: 'POST', body: '{}', headers });
  expect(schemaDifferences(APIGatewayProxyEventV2Schema, event)).toEqual(
    sorted(noMutualTls, ['-requestContext.authorizer', '-stageVariables']),
  );
});

test('an HTTP API with a signed request', async () => {
  const event = await signed(http('/iam'), 'execute-api');
  expect(schemaDifferences(APIGatewayProxyEventV2Schema, event)).toEqual(
    sorted(noMutualTls, [
      '-body',
      '-cookies',
      '-pathParameters',
      '-queryStringParameters',
      '-requestContext.authorizer.jwt',
      '-requestContext.authorizer.lambda',
      '-stageVariables',
    ]),
  );
});

test('an HTTP API with an authorizer in format 2.0', async () => {
  const headers = { 'x-token': 'me' };
  const event = await get(http('/by-two'), { headers });
  const absent = sorted(noMutualTls, [
    '-cookies',
    '-pathParameters',
    '-queryStringParameters',
    '-stageVariables',
  ]);
  expect(schemaDifferences(APIGatewayProxyEventV2Schema, event)).toEqual(
    sorted(absent, ['-body', '-requestContext.authorizer.iam', '-requestContext.authorizer.jwt']),
  );
  const { lambda } = context(event)['authorizer'] as Json;
  expect(lambda).toMatchObject({ n: 1 });
  expect(
    schemaDifferences(APIGatewayRequestAuthorizerEventV2Schema, authorizerEvent(lambda)),
  ).toEqual(sorted(absent, ['-requestContext.authorizer']));
});

/** The schema of format 1.0 is that of REST APIs, without its version and what they have more. */
const formatOne = sorted(restOnly, withoutKey, ['+version', '-requestContext.deploymentId']);

test('an HTTP API in format 1.0', async () => {
  const event = await get(http('/one/x'));
  expect(schemaDifferences(APIGatewayProxyEventSchema, event)).toEqual(
    // Without an authorizer, both members are null.
    sorted(formatOne, ['!requestContext.authorizer.claims', '!requestContext.authorizer.scopes']),
  );
  expect(event).toMatchObject({
    path: '/live/one/x',
    requestContext: { path: '/live/one/x', resourcePath: '/one/{id}', resourceId: null },
  });
});

test('an HTTP API with an authorizer in format 1.0', async () => {
  const event = await get(http('/by-one'), { headers: { 'x-token': 'me' } });
  const own = ['+requestContext.authorizer.event', '+requestContext.authorizer.n'];
  expect(schemaDifferences(APIGatewayProxyEventSchema, event)).toEqual(sorted(own, formatOne));
  const given = authorizerEvent(context(event)['authorizer']);
  expect(schemaDifferences(APIGatewayRequestAuthorizerEventSchema, given)).toEqual(
    sorted(formatOne, [
      '+authorizationToken',
      '+identitySource',
      '-apiId',
      '-deploymentId',
      '-domainName',
      '-requestContext.authorizer',
    ]),
  );
  expect(given).toMatchObject({ authorizationToken: 'me', identitySource: 'me' });
});

test('a Function URL with a signed request', async () => {
  const event = await signed(`${system.state.functions['Log']?.url}a?b=c`, 'lambda');
  expect(schemaDifferences(LambdaFunctionUrlSchema, event)).toEqual([
    '-body',
    '-cookies',
    '-pathParameters',
    '-requestContext.authorizer.jwt',
    '-requestContext.authorizer.lambda',
    '-stageVariables',
  ]);
});

const having = (value: string) => (event: Json) =>
  JSON.stringify(event['Records'] ?? '').includes(`:"${value}"`);

test('messages of queues', async () => {
  const sqs = new SQSClient(system.config);
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
  const QueueUrl = system.state.queues['Queue'];
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'plain', MessageAttributes }));
  const never = [
    '-Records[].attributes.AWSTraceHeader',
    '-Records[].attributes.DeadLetterQueueSourceArn',
  ];
  expect(schemaDifferences(SqsSchema, await logged(having('plain')))).toEqual(
    sorted(never, [
      '-Records[].attributes.MessageDeduplicationId',
      '-Records[].attributes.MessageGroupId',
      '-Records[].attributes.SequenceNumber',
    ]),
  );
  const fifo = { QueueUrl: system.state.queues['Fifo'], MessageGroupId: 'g', MessageBody: 'fifo' };
  await sqs.send(new SendMessageCommand(fifo));
  expect(schemaDifferences(SqsSchema, await logged(having('fifo')))).toEqual(
    sorted(never, ['-Records[].md5OfMessageAttributes']),
  );
});

test('records of streams', async () => {
  const put = { TableName: system.state.tables['Table'], Item: { id: { S: 'a' } } };
  await new DynamoDBClient(system.config).send(new PutItemCommand(put));
  const differences = schemaDifferences(DynamoDBStreamSchema, await logged(having('INSERT')));
  // What is absent at the top belongs to tumbling windows.
  const absent = differences.filter((name) => !/^-\w+$/u.test(name));
  expect(absent).toEqual(['-Records[].userIdentity']);
});

test('notifications of buckets', async () => {
  const s3 = new S3Client({ ...system.config, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: 'own', Key: 'a b', Body: 'x' }));
  const never = [
    '-Records[].glacierEventData',
    '-Records[].s3.object.urlDecodedKey',
    '-Records[].s3.object.versionId',
  ];
  expect(schemaDifferences(S3Schema, await logged(having('ObjectCreated:Put')))).toEqual(never);
  await s3.send(new DeleteObjectCommand({ Bucket: 'own', Key: 'a b' }));
  expect(schemaDifferences(S3Schema, await logged(having('ObjectRemoved:Delete')))).toEqual(
    sorted(never, ['-Records[].s3.object.eTag', '-Records[].s3.object.size']),
  );
});

test('schedules', async () => {
  await clock.advance(3_600_000);
  const rule = await logged(({ source }) => source === 'aws.events');
  expect(schemaDifferences(EventBridgeSchema, rule)).toEqual(['-replay-name']);
  const schedule = await logged(({ source }) => source === 'aws.scheduler');
  expect(schemaDifferences(EventBridgeSchema, schedule)).toEqual(['-replay-name']);
  expect(schedule).toMatchObject({ 'detail-type': 'Scheduled Event', detail: '{}' });
});
