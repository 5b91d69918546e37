#!/usr/bin/env bash
# dynalite 4.0.0 (a DynamoDB for tests): `UpdateTable` accepts a new global secondary index and answers with
# success, but the table never has it. DynamoDB makes it, and queries work once it is ACTIVE.
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
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';

const server = dynalite({ createTableMs: 0, updateTableMs: 0 });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new DynamoDBClient({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${server.address().port}`,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const key = (name) => ({ AttributeName: name, KeyType: 'HASH' });
const text = (name) => ({ AttributeName: name, AttributeType: 'S' });
const TableName = 'turns';
const ProvisionedThroughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
await client.send(
  new CreateTableCommand({ TableName, ProvisionedThroughput, KeySchema: [key('id')], AttributeDefinitions: [text('id')] }),
);
const indexes = async () => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return [Table.TableStatus, (Table.GlobalSecondaryIndexes ?? []).length];
};
while ((await indexes())[0] !== 'ACTIVE');
const Projection = { ProjectionType: 'ALL' };
const Create = { IndexName: 'byOwner', KeySchema: [key('owner')], Projection, ProvisionedThroughput };
let answer;
try {
  const { TableDescription } = await client.send(
    new UpdateTableCommand({
      TableName,
      AttributeDefinitions: [text('owner')],
      GlobalSecondaryIndexUpdates: [{ Create }],
    }),
  );
  answer = TableDescription.TableStatus;
} catch (error) {
  answer = `${error.name}: ${error.message}`;
}
for (let tries = 0; tries < 50 && (await indexes())[0] !== 'ACTIVE'; tries += 1);
const after = await indexes();
console.log('dynalite 4.0.0: UpdateTable answers', answer, 'and then the table has', after);
server.close();
client.destroy();
process.exit(answer !== 'ValidationException' && after[1] === 0 ? 0 : 1);
SCRIPT
node seen.mjs
