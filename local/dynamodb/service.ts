import type { Database } from '#local/dynamodb/database.ts';
import { addFailedItem } from '#local/dynamodb/failed-conditions.ts';
import {
  catchRefusal,
  isKnown,
  runOperation,
  type DynamoResponse,
} from '#local/dynamodb/operations.ts';
import { removeOldRecords } from '#local/dynamodb/streams/stream-log.ts';
import { createStreamOperations } from '#local/dynamodb/streams/stream-operations.ts';
import { createStreamReader, type StreamReader } from '#local/dynamodb/streams/stream-reader.ts';
import { openStreams, type StreamOptions, type Streams } from '#local/dynamodb/streams/streams.ts';
import { createTableStreams, type TableStreams } from '#local/dynamodb/streams/table-streams.ts';
import { createItemExpiry, type ItemExpiry } from '#local/dynamodb/time-to-live.ts';
import { removeOldRequests } from '#local/dynamodb/transactions/request-tokens.ts';
import { transactGet, transactWrite } from '#local/dynamodb/transactions/transact.ts';
import { createUnits } from '#local/dynamodb/units/units.ts';
import { isRecord } from '#local/wire/shape.ts';

type Input = Readonly<Record<string, unknown>>;
type Operation = (input: Input) => Promise<DynamoResponse>;

/** The operations of DynamoDB and of DynamoDB Streams. */
export interface Service {
  readonly timeToLive: ItemExpiry;
  readonly tableStreams: TableStreams;
  readonly streamReader: StreamReader;
  /** Removes what is too old: expired items, and records of requests and streams. */
  removeOld(signal: AbortSignal): Promise<void>;
  /** Returns an operation by its target, or undefined if it is not hosted. */
  find(target: string): Operation | undefined;
}

/** Creates the operations on a database: those of dynalite, and those in front of it. */
export async function createService(database: Database, options: StreamOptions): Promise<Service> {
  const { now } = options;
  const streams = await openStreams(database, options);
  const units = createUnits(database, streams.recorder);
  const logs = { storage: database, units, streams };
  const timeToLive = createItemExpiry(database, units);
  const tableStreams = createTableStreams({ database, units, streams });
  const own = new Map<string, Operation>([
    ['CreateTable', (input) => catchRefusal(() => tableStreams.create(input))],
    ['DeleteTable', (input) => deleteTable(input, { tableStreams, timeToLive })],
    ['DescribeTable', tableStreams.describe],
    ['DescribeTimeToLive', timeToLive.describe],
    ['TransactGetItems', (input) => transactGet(units, input)],
    ['TransactWriteItems', (input) => transactWrite(units, input, now())],
    ['UpdateTable', (input) => catchRefusal(() => tableStreams.update(input))],
    ['UpdateTimeToLive', timeToLive.update],
  ]);
  const run = async (operation: string, input: Input): Promise<DynamoResponse> => {
    if (!writesToStream(streams, operation, input)) {
      return addFailedItem(await database.run(operation, structuredClone(input)), input, database);
    }
    const response = await units.run(async (unit) => {
      const result = await runOperation(unit.store, operation, structuredClone(input));
      return { result, commits: result.status === 200 };
    });
    return addFailedItem(response, input, database);
  };
  const ofStreams = createStreamOperations(logs);
  return {
    timeToLive,
    tableStreams,
    streamReader: createStreamReader(logs),
    async removeOld(signal) {
      await timeToLive.deleteExpired(now(), signal);
      await database.write((store) => removeOldRequests(store, now()));
      await removeOldRecords(logs);
    },
    find(target) {
      const [, api = '', operation = ''] =
        /^DynamoDB(Streams)?_20120810\.(\w+)$/u.exec(target) ?? [];
      if (api === 'Streams') return ofStreams.get(operation);
      return (
        own.get(operation) ?? (isKnown(operation) ? (input) => run(operation, input) : undefined)
      );
    },
  };
}

/** A new table of the same name begins without a time to live and without a stream. */
async function deleteTable(
  input: Input,
  { tableStreams, timeToLive }: Pick<Service, 'tableStreams' | 'timeToLive'>,
): Promise<DynamoResponse> {
  const response = await tableStreams.delete(input);
  if (response.status === 200) await timeToLive.apply(String(input['TableName']), undefined);
  return response;
}

const writesOfItems: ReadonlySet<string> = new Set(['DeleteItem', 'PutItem', 'UpdateItem']);

/** Returns whether an operation writes to a table that has a stream. */
function writesToStream(streams: Streams, operation: string, input: Input): boolean {
  const hasStream = (name: string): boolean => streams.enabledOf(name) !== undefined;
  if (writesOfItems.has(operation)) return hasStream(String(input['TableName']));
  const requests = input['RequestItems'];
  return operation === 'BatchWriteItem' && isRecord(requests)
    ? Object.keys(requests).some(hasStream)
    : false;
}
