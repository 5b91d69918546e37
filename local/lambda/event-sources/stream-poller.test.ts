import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from '#local/dynamodb/database.ts';
import { createService, type Service } from '#local/dynamodb/service.ts';
import { templateLabel } from '#local/dynamodb/streams/stream.ts';
import type { StreamSource } from '#local/lambda/event-sources/read-event-sources.ts';
import { pollStream } from '#local/lambda/event-sources/stream-poller.ts';
import type { CallResult } from '#local/lambda/functions.ts';
import { createManualClock, type ManualClock } from '#local/process/clock.ts';
import { createDisk } from '#local/process/disk.ts';
import { isRecord } from '#local/wire/shape.ts';
import { createKeyedTable } from '#test/fixtures/keyed-table.ts';

const TableName = 'items';
const minute = 60_000;
let folder: string;
let database: Database;
let service: Service;
let clock: ManualClock;
let stop: AbortController;
let batches: string[];
let delivered: unknown[];

async function open(): Promise<void> {
  database = await openDatabase(folder, createDisk(folder));
  service = await createService(database, { region: 'us-east-1', now: clock.now });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  clock = createManualClock();
  batches = [];
  delivered = [];
  stop = new AbortController();
  await open();
  await createKeyedTable(database, TableName);
  await service.tableStreams.apply(TableName, 'KEYS_ONLY');
});
afterEach(async () => {
  stop.abort();
  await database.close();
});

async function put(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const run = service.find('DynamoDB_20120810.PutItem');
    expect(await run?.({ TableName, Item: { id: { S: id } } })).toMatchObject({ status: 200 });
  }
}

const source: StreamSource = {
  type: 'stream',
  key: 'Source',
  id: 'source',
  sourceArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}/stream/${templateLabel}`,
  functionName: 'work',
  isEnabled: true,
  batchSize: 100,
  windowMs: 0,
  reportsItemFailures: false,
  filters: [],
  startingPosition: 'TRIM_HORIZON',
  parallelization: 1,
  bisects: false,
  maxRetries: Infinity,
  maxAgeMs: Infinity,
  onFailure: 'arn:aws:sqs:us-east-1:000000000000:dead',
};

type Type = CallResult['type'];

/** Polls with a function that gets ids, and answers with the next of some results, then succeeds. */
function poll(options: Partial<StreamSource> = {}, results: Type[] = []): void {
  const settings = {
    clock,
    definition: { ...source, ...options },
    streams: service.streamReader,
    functionArn: 'arn',
    log: () => undefined,
    deliver: (_: string, { body }: { readonly body: string }) => {
      delivered.push(JSON.parse(body));
    },
    functions: {
      async call(_: string, payload: unknown): Promise<CallResult> {
        const records = isRecord(payload) ? payload['Records'] : [];
        batches.push(
          JSON.stringify(records)
            .match(/(?<="Keys":\{"id":\{"S":")\w+/gu)
            ?.join(' ') ?? '',
        );
        const type = results.shift() ?? 'result';
        if (type === 'result') return { type, payload: Buffer.from('null') };
        if (type === 'error') return { type, error: { errorType: 'Error', errorMessage: 'no' } };
        return { type };
      },
    },
  };
  pollStream(settings, stop.signal);
}

/** Moves the clock until there are as many batches as expected. */
async function seen(count: number): Promise<readonly string[]> {
  await expect
    .poll(async () => {
      await clock.advance(500);
      return batches.length;
    })
    .toBeGreaterThanOrEqual(count);
  return batches;
}

test('a batch is discarded after its retries, and the next one follows', async () => {
  await put('a', 'b');
  poll({ maxRetries: 2, batchSize: 1 }, ['error', 'error', 'error']);
  expect(await seen(4)).toEqual(['a', 'a', 'a', 'b']);
  expect(delivered).toMatchObject([
    {
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn: source.sourceArn },
    },
  ]);
});

test('a throttled invocation does not count as a retry', async () => {
  await put('a');
  poll({ maxRetries: 0 }, ['throttled', 'throttled']);
  expect(await seen(3)).toEqual(['a', 'a', 'a']);
  expect(delivered).toEqual([]);
});

test('records that are too old are discarded without an invocation', async () => {
  await put('a', 'b');
  await clock.advance(2 * minute);
  await put('c');
  poll({ maxAgeMs: minute });
  expect(await seen(1)).toEqual(['c']);
  expect(delivered).toMatchObject([
    { requestContext: { condition: 'RecordAgeExceeded' }, DDBStreamBatchInfo: { batchSize: 2 } },
  ]);
});

test('a window ends when its time is over or its batch is full', async () => {
  poll({ windowMs: minute, batchSize: 3 });
  await put('a', 'b', 'c', 'd');
  await expect.poll(() => batches).toEqual(['a b c']);
  await put('e');
  expect(batches).toHaveLength(1);
  await expect
    .poll(async () => {
      await clock.advance(minute);
      return batches;
    })
    .toEqual(['a b c', 'd e']);
});

test('a batch has no more records than the payload of an invocation can hold', async () => {
  await service.tableStreams.apply(TableName, 'NEW_AND_OLD_IMAGES');
  const text = { S: 'x'.repeat(390_000) };
  const run = service.find('DynamoDB_20120810.PutItem');
  for (let n = 0; n < 17; n += 1) await run?.({ TableName, Item: { id: { S: `i${n}` }, text } });
  poll();
  await expect.poll(() => batches.map((batch) => batch.split(' ').length)).toEqual([16, 1]);
});

test('LATEST begins at the start of the mapping, and later starts where the last one ended', async () => {
  await put('before');
  const latest = { startingPosition: 'LATEST' } as const;
  poll(latest);
  await put('a');
  await expect.poll(() => batches).toEqual(['a']);
  await put('b');
  await expect.poll(() => batches).toEqual(['a', 'b']);
  stop.abort();
  await put('c');
  await database.close();
  await open();
  stop = new AbortController();
  poll({ ...latest, parallelization: 2 });
  await put('d');
  await expect.poll(() => batches.slice(2).join(' ').split(' ').toSorted()).toEqual(['c', 'd']);
});
