import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBStreamRecord } from '@aws-lambda-powertools/parser/schemas/dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from '#local/dynamodb/database.ts';
import { createService, type Service } from '#local/dynamodb/service.ts';
import type { StoredRecord } from '#local/dynamodb/streams/record-changes.ts';
import { templateLabel } from '#local/dynamodb/streams/stream.ts';
import { toEventRecord } from '#local/lambda/event-sources/stream-event.ts';
import { createDisk } from '#local/process/disk.ts';
import { createKeyedTable } from '#test/fixtures/keyed-table.ts';

const TableName = 'items';
const arn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}/stream/${templateLabel}`;
const day = 86_400_000;
const { signal } = new AbortController();
let database: Database;
let service: Service;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 5, 1);
  const folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  database = await openDatabase(folder, createDisk(folder));
  service = await createService(database, { region: 'us-east-1', now: () => nowMs });
  await createKeyedTable(database, TableName);
  await service.tableStreams.apply(TableName, 'OLD_IMAGE');
});
afterEach(() => database.close());

async function put(item: object): Promise<void> {
  const run = service.find('DynamoDB_20120810.PutItem');
  const Item = { id: { S: 'a' }, ...item };
  expect(await run?.({ TableName, Item })).toMatchObject({ status: 200 });
}

const records = (): Promise<readonly StoredRecord[]> => service.streamReader.read(arn, '', 100);

/** Returns how many entries LevelDB has for streams. */
const entries = (): Promise<number> =>
  database.read(async ({ db }) => {
    let count = 0;
    for await (const [key] of db.iterator({ gte: 'stream', lt: 'stream~\uFFFF' })) {
      if (key.startsWith('stream~') || key.startsWith('stream-record~')) count += 1;
    }
    return count;
  });

test('an item that expires is removed by the service', async () => {
  await service.timeToLive.apply(TableName, { AttributeName: 'until', Enabled: true });
  await put({ until: { N: String(nowMs / 1000 + 1) } });
  nowMs += 2000;
  await service.removeOld(signal);
  const found = await records();
  expect(found.map(({ record }) => [record.eventName, record.userIdentity])).toEqual([
    ['INSERT', undefined],
    ['REMOVE', { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }],
  ]);
  const [, removal] = found.map(({ record }) => toEventRecord(record, arn));
  expect(removal).toMatchObject({
    userIdentity: { principalId: 'dynamodb.amazonaws.com', type: 'Service' },
  });
  expect(DynamoDBStreamRecord.safeParse(removal).success).toBe(true);
});

test('records leave the disk after 24 hours, and so does a stream that was disabled', async () => {
  await put({ n: { N: '1' } });
  nowMs += day / 2;
  await put({ n: { N: '2' } });
  expect(await entries()).toBe(3);
  nowMs += day / 2;
  await service.removeOld(signal);
  expect(await entries()).toBe(2);
  expect(await records()).toHaveLength(1);
  await service.tableStreams.apply(TableName, undefined);
  await put({ n: { N: '3' } });
  expect(await entries()).toBe(2);
  nowMs += day;
  await service.removeOld(signal);
  expect(await entries()).toBe(0);
  expect(service.streamReader.shardOf(arn)).toBeUndefined();
});
