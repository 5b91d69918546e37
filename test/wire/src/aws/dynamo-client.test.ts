import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendOnce, withPatience } from '#aws/dynamo/dynamo-client.ts';
import { createTable, type Table } from '#aws/dynamo/table.ts';
import type { ServiceConfig } from '#aws/request/service-config.ts';

/*
 * The judge is the AWS SDK: on the wire, and in results and errors, both clients are the same.
 */

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the connection instead, before or within the response. */
  readonly reset?: 'before' | 'within';
}

const received: Received[] = [];
let answers: Answer[] = [];
let server: Server;
let config: ServiceConfig;

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: JSON.parse(body) });
      const { status = 200, headers: own, body: json = '{}', reset } = answers.shift() ?? {};
      if (reset === 'before') return request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...own });
      if (reset === undefined) return response.end(json);
      response.write(json);
      return setImmediate(() => request.socket.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  config = {
    service: 'dynamodb',
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const timeouts = { connectionTimeout: 1_000, requestTimeout: 300 };

function ownTable(): Table {
  return createTable('rows', sendOnce(config, timeouts));
}

function sdk(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    ...config,
    maxAttempts: 1,
    requestHandler: { ...timeouts, throwOnRequestTimeout: true },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

const TableName = 'rows';
const key = { pk: 'a', sk: 'b' };
const item = {
  text: 'héllo 日本語 \u0000',
  number: -1.5,
  list: [1, 'two', { three: [true, null] }],
  absent: undefined,
  nested: { absent: undefined, empty: {}, none: [] },
};
const page = { ExclusiveStartKey: key, Limit: 5 };
const query = {
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': 'a' },
  ...page,
};
const condition = {
  ConditionExpression: '#n = :v',
  ExpressionAttributeNames: { '#n': 'name' },
  ExpressionAttributeValues: { ':v': item },
} as const;

const operations = {
  get: [
    (table: Table) => table.get({ Key: key, ConsistentRead: true }),
    () => new GetCommand({ TableName, Key: key, ConsistentRead: true }),
  ],
  put: [
    (table: Table) => table.put({ Item: { ...key, ...item }, ...condition }),
    () => new PutCommand({ TableName, Item: { ...key, ...item }, ...condition }),
  ],
  update: [
    (table: Table) => table.update({ Key: key, UpdateExpression: 'SET a = :v', ...condition }),
    () => new UpdateCommand({ TableName, Key: key, UpdateExpression: 'SET a = :v', ...condition }),
  ],
  query: [(table: Table) => table.query(query), () => new QueryCommand({ TableName, ...query })],
  scan: [
    (table: Table) => table.scan({ FilterExpression: 'attribute_exists(pk)', ...page }),
    () => new ScanCommand({ TableName, FilterExpression: 'attribute_exists(pk)', ...page }),
  ],
  delete: [
    (table: Table) => table.delete(key, condition),
    () => new DeleteCommand({ TableName, Key: key, ...condition }),
  ],
  deleteAll: [
    (table: Table) => table.deleteAll([key, { pk: 'a', sk: 'c' }]),
    () =>
      new BatchWriteCommand({
        RequestItems: {
          rows: [{ DeleteRequest: { Key: key } }, { DeleteRequest: { Key: { pk: 'a', sk: 'c' } } }],
        },
      }),
  ],
} as const;

type Outcome = { readonly value: unknown } | { readonly name: string; readonly message: string };

async function outcomeOf(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await run() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A failed condition is an error of our own, caused by that of the service.
    const { name, message } = error.cause instanceof Error ? error.cause : error;
    return { name, message };
  }
}

/**
 * Headers of the SDK that DynamoDB does not need, and those that differ in every request. The hash of
 * the body depends on the order of its members.
 */
const ownHeaders: ReadonlySet<string> = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'authorization',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent',
]);

function comparable({ headers, ...request }: Received): object {
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.has(name));
  return { ...request, headers: Object.fromEntries(kept) };
}

test.each(Object.entries(operations))('%s sends what the SDK sends', async (_, [own, command]) => {
  received.length = 0;
  await own(ownTable());
  await sdk().send(command() as GetCommand);
  const [first, second] = received.map(comparable);
  expect(first).toEqual(second);
  expect(received[0]?.headers.authorization).toMatch(
    /SignedHeaders=[\w;-]*host;[\w;-]*x-amz-security-token;x-amz-target,/u,
  );
});

const exception = (type: string, members: object = {}): string =>
  JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${type}`,
    message: 'No.',
    ...members,
  });

const faults: Readonly<Record<string, Answer>> = {
  'an unknown table': { status: 400, body: exception('ResourceNotFoundException') },
  'a failed condition': {
    status: 400,
    body: exception('ConditionalCheckFailedException', { Item: { pk: { S: 'a' } } }),
  },
  'a wrong request': { status: 400, body: exception('ValidationException') },
  'a missing permission': {
    status: 400,
    body: JSON.stringify({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: 'No.',
    }),
  },
  throttling: { status: 400, body: exception('ProvisionedThroughputExceededException') },
  'an internal error': { status: 500, body: exception('InternalServerError') },
  'a reset connection': { reset: 'before' },
};

test.each(Object.entries(faults))('%s is the same error as in the SDK', async (_, answer) => {
  answers = [answer, answer];
  const [own, command] = operations.put;
  const ours = await outcomeOf(() => own(ownTable()));
  expect(ours).toEqual(await outcomeOf(() => sdk().send(command())));
  expect(ours).not.toHaveProperty('value');
});

test.each<[string, Answer]>([
  ['is cut off', { reset: 'within', headers: { 'content-length': '40' }, body: '{"Item":' }],
  ['is no JSON', { body: '<html>' }],
  ['ends too early', { body: '{"Item":{"pk":{"S":"a"}' }],
])('a response that %s is never taken for an empty one, as in the SDK', async (_, answer) => {
  answers = [answer, answer];
  const [own, command] = operations.get;
  expect(await outcomeOf(() => own(ownTable()))).not.toHaveProperty('value');
  expect(await outcomeOf(() => sdk().send(command()))).not.toHaveProperty('value');
});

test('items are read as the SDK reads them', async () => {
  const Item = {
    pk: { S: 'a' },
    n: { N: '1e3' },
    list: { L: [{ BOOL: true }, { NULL: true }, { M: { a: { S: '' } } }] },
    set: { SS: ['x'] },
  };
  const body = JSON.stringify({ Item, Attributes: Item, Items: [Item], LastEvaluatedKey: Item });
  answers = Array.from({ length: 4 }, () => ({ body }));
  const expected = await sdk().send(operations.get[1]());
  const table = ownTable();
  expect(await table.get({ Key: key })).toEqual(expected.Item);
  expect(await table.update({ Key: key })).toEqual(expected.Item);
  const items = [expected.Item];
  expect(await table.query({})).toEqual({ items, lastKey: expected.Item, units: 0 });
});

test('a failed condition has the item as it is', async () => {
  answers = [faults['a failed condition'] ?? {}];
  const error = { name: 'ConditionFailed', item: { pk: 'a' } };
  await expect(ownTable().put({ Item: key })).rejects.toMatchObject(error);
});

test.each([
  ['an internal error', 3],
  ['throttling', 3],
  ['a reset connection', 3],
  ['a wrong request', 1],
  ['a failed condition', 1],
] as const)('after %s, %i requests are sent until one succeeds', async (name, count) => {
  const fault = faults[name] ?? {};
  answers = [fault, fault];
  received.length = 0;
  const table = createTable('rows', withPatience(sendOnce(config, timeouts)));
  const outcome = await outcomeOf(() => table.get({ Key: key }));
  expect(received).toHaveLength(count);
  expect('value' in outcome).toBe(count > 1);
});

test('a clock that is wrong by an hour is corrected by that of the service', async () => {
  const body = JSON.stringify({
    __type: 'com.amazon.coral.service#InvalidSignatureException',
    message: 'Signature expired: 20261130T100000Z is now earlier than 20261130T110000Z',
  });
  const serviceMs = Date.now() + 3_600_000;
  answers = [{ status: 400, headers: { date: new Date(serviceMs).toUTCString() }, body }];
  received.length = 0;
  await createTable('rows', withPatience(sendOnce(config, timeouts))).get({ Key: key });
  const [, day, time] = /^(\d{8})T(\d{4})/u.exec(String(received[1]?.headers['x-amz-date'])) ?? [];
  const expected = new Date(serviceMs).toISOString().replaceAll(/[-:]/gu, '');
  expect(`${day}T${time}`).toBe(expected.slice(0, 13));
});
