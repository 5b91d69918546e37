import { mkdtemp } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDynalite, type DynaliteThread } from '#local/dynamodb/dynalite-thread.ts';

const signature =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** Sends a body to dynalite itself. Returns the response, or the code of a broken connection. */
async function send(dynalite: DynaliteThread, operation: string, body: string): Promise<string> {
  const socketPath = await dynalite.socketPath();
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    authorization: signature,
  };
  return new Promise((resolve) => {
    const options = { socketPath, method: 'POST', headers, agent: false };
    const request = http.request(options, (response) => {
      resolve(Array.fromAsync(response).then((chunks) => Buffer.concat(chunks).toString('utf8')));
    });
    request.on('error', ({ message }) => resolve(message));
    request.end(body);
  });
}

test('dynalite starts again, with its rows, after a request that ends it', async () => {
  const dynalite = await startDynalite(join(await mkdtemp(join(tmpdir(), 'streambed-')), 'rows'));
  const table = {
    TableName: 'Rows',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  };
  await send(dynalite, 'CreateTable', JSON.stringify(table));
  const Item = { id: { S: 'kept' } };
  const put = (): Promise<string> =>
    send(dynalite, 'PutItem', JSON.stringify({ TableName: 'Rows', Item }));
  await expect.poll(put).toBe('{}');
  const path = await dynalite.socketPath();
  expect(await send(dynalite, 'GetItem', 'null')).toContain('socket hang up');
  await expect.poll(() => dynalite.socketPath()).not.toBe(path);
  expect(JSON.parse(await send(dynalite, 'Scan', '{"TableName":"Rows"}'))).toMatchObject({
    Items: [Item],
  });
  await dynalite.close();
});
