import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '#local/dynamodb/database.ts';
import { guardStore } from '#local/dynamodb/guard.ts';
import { openLevel } from '#local/dynamodb/level.ts';
import { createDisk } from '#local/process/disk.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'streambed-'));

test('an error that dynalite throws in a callback fails only its operation', async () => {
  const folder = newFolder();
  const database = await openDatabase(folder, createDisk(folder));
  const TableName = 'items';
  await database.run('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  const item = { id: { S: 'a' } };
  await expect
    .poll(() => database.run('PutItem', { TableName, Item: item }))
    .toMatchObject({ status: 200 });
  // Dynalite's check of the input lets this pass.
  const noKey = { TableName, Key: { id: null } };
  await expect(database.run('DeleteItem', noKey)).rejects.toThrow(TypeError);
  const { body } = await database.run('GetItem', { TableName, Key: item });
  expect(body['Item']).toEqual(item);
  await database.close();
});

test('an operation that fails under a lock gives it back', async () => {
  const folder = newFolder();
  const { store, close } = await openLevel(folder, createDisk(folder));
  const failure = Promise.withResolvers<unknown>();
  guardStore(store, failure.resolve).tableDb.lock('a', () => {
    throw new Error('failed under a lock');
  });
  expect(String(await failure.promise)).toContain('failed under a lock');
  await new Promise<void>((resolve) => store.tableDb.lock('a', (release) => release(resolve)()));
  await close();
});
