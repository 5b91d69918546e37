import type { Database } from '#local/dynamodb/database.ts';
import { addFailedItem } from '#local/dynamodb/failed-conditions.ts';
import { isKnown, type DynamoResponse } from '#local/dynamodb/operations.ts';
import { createItemExpiry, type ItemExpiry } from '#local/dynamodb/time-to-live.ts';
import { removeOldRequests } from '#local/dynamodb/transactions/request-tokens.ts';
import { transactGet, transactWrite } from '#local/dynamodb/transactions/transact.ts';
import { createUnits } from '#local/dynamodb/units/units.ts';

type Input = Readonly<Record<string, unknown>>;
type Operation = (input: Input) => Promise<DynamoResponse>;

/** The operations of DynamoDB. */
export interface Service {
  readonly timeToLive: ItemExpiry;
  /** Removes what is too old: expired items and records of requests. */
  removeOld(signal: AbortSignal): Promise<void>;
  /** Returns an operation by its target, or undefined if it is not hosted. */
  find(target: string): Operation | undefined;
}

/** Creates the operations on a database: those of dynalite, and those in front of it. */
export function createService(database: Database, now: () => number): Service {
  const units = createUnits(database, { record: () => [], recorded: () => undefined });
  const timeToLive = createItemExpiry(database, units);
  const own = new Map<string, Operation>([
    ['DescribeTimeToLive', timeToLive.describe],
    ['TransactGetItems', (input) => transactGet(units, input)],
    ['TransactWriteItems', (input) => transactWrite(units, input, now())],
    ['UpdateTimeToLive', timeToLive.update],
  ]);
  const run = async (operation: string, input: Input): Promise<DynamoResponse> => {
    const response = await database.run(operation, structuredClone(input));
    // A new table of the same name begins without a time to live.
    if (operation === 'DeleteTable' && response.status === 200) {
      await timeToLive.apply(String(input['TableName']), undefined);
    }
    return addFailedItem(response, input, database);
  };
  return {
    timeToLive,
    async removeOld(signal) {
      await timeToLive.deleteExpired(now(), signal);
      await database.write((store) => removeOldRequests(store, now()));
    },
    find(target) {
      const [, operation = ''] = /^DynamoDB_20120810\.(\w+)$/u.exec(target) ?? [];
      return (
        own.get(operation) ?? (isKnown(operation) ? (input) => run(operation, input) : undefined)
      );
    },
  };
}
