import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '#local/dynamodb/database.ts';
import type { DynamoResponse } from '#local/dynamodb/operations.ts';
import { createService, type Service } from '#local/dynamodb/service.ts';
import { createDisk } from '#local/process/disk.ts';

const TableName = 'items';
const nowSeconds = 1_800_000_000;
const { signal } = new AbortController();
let database: Database;
let service: Service;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  database = await openDatabase(folder, createDisk(folder));
  service = await createService(database, { region: 'us-east-1', now: () => nowSeconds * 1000 });
  await call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  await database.activate(TableName);
});
afterAll(() => database.close());

async function call(operation: string, input: object): Promise<DynamoResponse> {
  const run = service.find(`DynamoDB_20120810.${operation}`);
  if (run === undefined) throw new Error(`${operation} is not hosted`);
  return run({ ...input });
}

const update = (AttributeName: string, Enabled: boolean): Promise<DynamoResponse> =>
  call('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName, Enabled } });

test('a time to live is switched on and off, and a change that changes nothing is refused', async () => {
  const refused = (message: string): object => ({ status: 400, body: { message } });
  expect(await update('at', false)).toMatchObject(refused('TimeToLive is already disabled'));
  expect(await update('at', true)).toMatchObject({ status: 200 });
  expect(await update('at', true)).toMatchObject(refused('TimeToLive is already enabled'));
  expect(await update('other', true)).toMatchObject(
    refused('TimeToLive is active on a different AttributeName: current AttributeName is at'),
  );
  const { body } = await call('DescribeTimeToLive', { TableName });
  expect(body['TimeToLiveDescription']).toEqual({
    TimeToLiveStatus: 'ENABLED',
    AttributeName: 'at',
  });
  expect(await update('at', false)).toMatchObject({ status: 200 });
  expect(await call('DescribeTimeToLive', { TableName })).toMatchObject({
    body: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
  });
  expect(await call('DescribeTimeToLive', { TableName: 'nothing' })).toMatchObject({
    status: 400,
    body: { message: 'Requested resource not found: Table: nothing not found' },
  });
});

test('only items whose time in seconds has passed within five years are deleted', async () => {
  const times = {
    expired: { N: String(nowSeconds - 1) },
    later: { N: String(nowSeconds + 60) },
    milliseconds: { N: String((nowSeconds - 1) * 1000) },
    ancient: { N: String(nowSeconds - 6 * 365 * 86_400) },
    text: { S: String(nowSeconds - 1) },
  };
  for (const [id, at] of Object.entries(times)) {
    await call('PutItem', { TableName, Item: { id: { S: id }, at } });
  }
  await service.removeOld(signal);
  expect((await call('Scan', { TableName })).body['Count']).toBe(5);
  await update('at', true);
  await service.removeOld(signal);
  const { body } = await call('Scan', { TableName });
  const ids = (body['Items'] as { readonly id: { readonly S: string } }[]).map(({ id }) => id.S);
  expect(ids.toSorted()).toEqual(['ancient', 'later', 'milliseconds', 'text']);
});

test('a new table of the same name begins without a time to live', async () => {
  const table = { TableName: 'again', BillingMode: 'PAY_PER_REQUEST' };
  const schema = {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  };
  const again = { TableName: 'again' };
  await call('CreateTable', { ...table, ...schema });
  await call('UpdateTimeToLive', {
    ...again,
    TimeToLiveSpecification: { AttributeName: 'at', Enabled: true },
  });
  await expect.poll(() => call('DeleteTable', again)).toMatchObject({ status: 200 });
  await expect
    .poll(() => call('CreateTable', { ...table, ...schema }))
    .toMatchObject({ status: 200 });
  expect(await call('DescribeTimeToLive', again)).toMatchObject({
    body: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
  });
});
