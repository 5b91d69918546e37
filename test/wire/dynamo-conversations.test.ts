import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/dynamo-conversations.ts';
import { startLocal, type LocalSystem } from '#local/host.ts';
import { describeConversations } from '../conversations-suite.ts';

let system: LocalSystem;
let client: DynamoDBDocumentClient;
let table: string;

beforeAll(async () => {
  system = await startLocal({
    template: 'cdk.out',
    port: 0,
    data: await mkdtemp(join(tmpdir(), 'streambed-')),
    bedrock: { pace: { ttftMs: 0, tokensPerSecond: 0, jitter: 0 } },
    log: () => undefined,
  });
  const { endpoints, region, credentials, tables } = system.state;
  const options = { marshallOptions: { removeUndefinedValues: true } };
  client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: endpoints.aws, region, credentials }),
    options,
  );
  table = tables['Conversations'] ?? '';
});

afterAll(() => system.close());

describeConversations(() => createDynamoConversations(client, table));

test('a cursor of no page is refused', async () => {
  const conversations = createDynamoConversations(client, table);
  const page = { limit: 2, cursor: 'OWNER#other' };
  await expect(conversations.list('ada', page)).rejects.toMatchObject({ code: 'invalid_request' });
  const turns = conversations.turns({ owner: 'ada', conversationId: 'c' }, page);
  await expect(turns).rejects.toMatchObject({ code: 'invalid_request' });
});

test('an item that is malformed is an error, not a turn', async () => {
  const Item = { pk: 'TURNS#ada#broken', sk: 'TURN#00000001', turnId: 7 };
  await client.send(new PutCommand({ TableName: table, Item }));
  const conversations = createDynamoConversations(client, table);
  const key = { owner: 'ada', conversationId: 'broken' };
  await expect(conversations.turns(key, { limit: 1 })).rejects.toThrow('malformed at turnId');
});
