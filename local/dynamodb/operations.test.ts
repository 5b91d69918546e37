import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLevel } from '#local/dynamodb/level.ts';
import { activateTable, runOperation } from '#local/dynamodb/operations.ts';
import { createDisk } from '#local/process/disk.ts';

test('a table whose creation was interrupted can be used after its activation', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  const { store, close } = await openLevel(folder, createDisk(folder));
  const TableName = 'items';
  const table = {
    TableName,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  };
  await store.db.put('table~items', { ...table, TableStatus: 'CREATING' });
  const put = (): Promise<unknown> =>
    runOperation(store, 'PutItem', { TableName, Item: { id: { S: 'a' } } });
  expect(await put()).toMatchObject({ status: 400 });
  await activateTable(store, TableName);
  expect(await put()).toMatchObject({ status: 200 });
  await close();
});
