import type { Database } from '#local/dynamodb/database.ts';
import { addFailedItem } from '#local/dynamodb/failed-conditions.ts';
import { isKnown, type DynamoResponse } from '#local/dynamodb/operations.ts';
import { transactGet, transactWrite } from '#local/dynamodb/transactions/transact.ts';
import { createUnits } from '#local/dynamodb/units/units.ts';

type Input = Readonly<Record<string, unknown>>;
type Operation = (input: Input) => Promise<DynamoResponse>;

/** The operations of DynamoDB. */
export interface Service {
  /** Returns an operation by its target, or undefined if it is not hosted. */
  find(target: string): Operation | undefined;
}

/** Creates the operations on a database: those of dynalite, and those in front of it. */
export function createService(database: Database, now: () => number): Service {
  const units = createUnits(database, { record: () => [], recorded: () => undefined });
  const own = new Map<string, Operation>([
    ['TransactGetItems', (input) => transactGet(units, input)],
    ['TransactWriteItems', (input) => transactWrite(units, input, now())],
  ]);
  const run = async (operation: string, input: Input): Promise<DynamoResponse> => {
    const response = await database.run(operation, structuredClone(input));
    return addFailedItem(response, input, database);
  };
  return {
    find(target) {
      const [, operation = ''] = /^DynamoDB_20120810\.(\w+)$/u.exec(target) ?? [];
      return (
        own.get(operation) ?? (isKnown(operation) ? (input) => run(operation, input) : undefined)
      );
    },
  };
}
