import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openDatabase, type Database } from '#local/dynamodb/database.ts';
import { createService, type Service } from '#local/dynamodb/service.ts';
import { templateLabel } from '#local/dynamodb/streams/stream.ts';
import { createDisk } from '#local/process/disk.ts';
import { createKeyedTable } from '#test/fixtures/keyed-table.ts';

const TableName = 'pairs';
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'streambed-'));

async function createPairs(folder: string): Promise<Database> {
  const database = await openDatabase(folder, createDisk(folder));
  await createKeyedTable(database, TableName);
  return database;
}

test('a transaction and its records are there as a whole or not at all after the process was killed', async () => {
  const folder = newFolder();
  const pairs = await createPairs(folder);
  const options = { region: 'us-east-1', now: Date.now };
  await (await createService(pairs, options)).tableStreams.apply(TableName, 'NEW_IMAGE');
  await pairs.close();
  const writer = join(import.meta.dirname, '../../../test/fixtures/database-writer.ts');
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    expect(line).toBe('200');
    acknowledged += 1;
    if (acknowledged === 50) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const database = await openDatabase(folder, createDisk(folder));
  const { body } = await database.run('Scan', { TableName });
  const rounds = (body['Items'] as { readonly round: { readonly N: string } }[]).map(({ round }) =>
    Number(round.N),
  );
  expect(rounds).toHaveLength(2);
  expect(rounds[0]).toBe(rounds[1]);
  expect(rounds[0]).toBeGreaterThanOrEqual(acknowledged);
  const { streamReader } = await createService(database, options);
  const arn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}/stream/${templateLabel}`;
  const records = await streamReader.read(arn, '', 10_000);
  expect(records.map(({ record }) => record.dynamodb.NewImage?.['round'])).toEqual(
    Array.from({ length: 2 * (rounds[0] ?? 0) }, (_, index) => ({
      N: String(Math.floor(index / 2) + 1),
    })),
  );
  await database.close();
});

async function call(service: Service, operation: string, input: object): Promise<void> {
  const response = await service.find(`DynamoDB_20120810.${operation}`)?.({ ...input });
  expect(response).toMatchObject({ status: 200 });
}

test('transactions and single writes of the same items lose nothing', async () => {
  const database = await createPairs(newFolder());
  const service = await createService(database, { region: 'us-east-1', now: Date.now });
  const add = (id: string): object => ({
    TableName,
    Key: { id: { S: id } },
    UpdateExpression: 'ADD #n :one',
    ExpressionAttributeNames: { '#n': 'n' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
  });
  const pair = (...ids: readonly string[]): object => ({
    TransactItems: ids.map((id) => ({ Update: add(id) })),
  });
  const work = Array.from({ length: 20 }, () => [
    call(service, 'TransactWriteItems', pair('one', 'other')),
    call(service, 'UpdateItem', add('one')),
    call(service, 'TransactWriteItems', pair('other', 'one')),
  ]);
  await Promise.all(work.flat());
  const { body } = await database.run('Scan', { TableName });
  expect(body['Items']).toEqual(
    expect.arrayContaining([
      { id: { S: 'one' }, n: { N: '60' } },
      { id: { S: 'other' }, n: { N: '40' } },
    ]),
  );
  await database.close();
});

test('a request token counts for ten minutes', async () => {
  const database = await createPairs(newFolder());
  let now = 1_000_000;
  const service = await createService(database, { region: 'us-east-1', now: () => now });
  const add = {
    TransactItems: [
      {
        Update: {
          TableName,
          Key: { id: { S: 'a' } },
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      },
    ],
    ClientRequestToken: 'once',
  };
  await call(service, 'TransactWriteItems', add);
  now += 599_999;
  await call(service, 'TransactWriteItems', add);
  const { body } = await database.run('Scan', { TableName });
  expect(body['Items']).toEqual([{ id: { S: 'a' }, n: { N: '1' } }]);
  now += 1;
  await call(service, 'TransactWriteItems', add);
  const after = await database.run('Scan', { TableName });
  expect(after.body['Items']).toEqual([{ id: { S: 'a' }, n: { N: '2' } }]);
  await database.close();
});
