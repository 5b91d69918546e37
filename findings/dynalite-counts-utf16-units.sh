#!/usr/bin/env bash
# dynalite 4.0.0 (a DynamoDB for tests): the size of an item is counted in UTF-16 units, and not in bytes of
# UTF-8. An item of 900 KB of Japanese text is stored, although DynamoDB refuses items above 400 KB.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund dynalite@4.0.0 @aws-sdk/client-dynamodb@3.1162.0 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { once } from 'node:events';
import dynalite from 'dynalite';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

const server = dynalite({ createTableMs: 0 });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new DynamoDBClient({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${server.address().port}`,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const TableName = 'turns';
await client.send(
  new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  }),
);
const status = async () =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table.TableStatus;
while ((await status()) !== 'ACTIVE');
async function put(text) {
  const Item = { id: { S: 'a' }, text: { S: text } };
  try {
    await client.send(new PutItemCommand({ TableName, Item }));
    return 'stored';
  } catch (error) {
    return error.name;
  }
}
const [latin, japanese] = ['a'.repeat(450_000), '川'.repeat(300_000)];
const seen = [await put(latin), await put(japanese)];
console.log('dynalite 4.0.0:', Buffer.byteLength(latin), 'bytes of Latin text:', seen[0]);
console.log('dynalite 4.0.0:', Buffer.byteLength(japanese), 'bytes of Japanese text:', seen[1]);
server.close();
client.destroy();
process.exit(seen[0] === 'ValidationException' && seen[1] === 'stored' ? 0 : 1);
SCRIPT
node seen.mjs
