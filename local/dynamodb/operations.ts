import { createRequire } from 'node:module';
import type { DynaliteStore } from 'dynalite/db/index.js';
import validations, { type Validations } from 'dynalite/validations/index.js';
import { guardStore } from '#local/dynamodb/guard.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The response of DynamoDB to a request. */
export interface DynamoResponse {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

type Action = (
  store: DynaliteStore,
  input: object,
  done: (error: unknown, output: DynamoResponse['body']) => void,
) => void;

const load = createRequire(import.meta.url);

const reads: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'Query',
  'Scan',
]);

const writes: ReadonlySet<string> = new Set([
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'PutItem',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
]);

/** Returns whether dynalite has an operation. */
export function isKnown(operation: string): boolean {
  return reads.has(operation) || writes.has(operation);
}

/** Returns whether an operation changes data. */
export function changesData(operation: string): boolean {
  return writes.has(operation);
}

/** An operation whose input dynalite has accepted. */
export interface PreparedOperation {
  readonly input: Readonly<Record<string, unknown>>;
  /** Runs it on a store. Rejects if the store or dynalite fails. */
  run(store: DynaliteStore): Promise<DynamoResponse>;
}

/**
 * Runs an operation of dynalite on a store. Rejects if the store or dynalite fails, where dynalite's
 * own server would end the process.
 */
export async function runOperation(
  store: DynaliteStore,
  operation: string,
  input: object,
): Promise<DynamoResponse> {
  return catchRefusal(() => prepareOperation(store, operation, input).run(store));
}

/** Checks the input of an operation. Throws what `catchRefusal` turns into a response. */
export function prepareOperation(
  store: DynaliteStore,
  operation: string,
  input: object,
): PreparedOperation {
  const module = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}.js`;
  const action: Action = load(`dynalite/actions/${module}`);
  const { types, custom }: Validations = load(`dynalite/validations/${module}`);
  const checked = validations.checkTypes(input, types);
  validations.checkValidations(checked, types, custom, store);
  return {
    input: isRecord(checked) ? checked : {},
    run: (target) =>
      catchRefusal(async () => {
        const body = await new Promise<DynamoResponse['body']>((resolve, reject) => {
          action(guardStore(target, reject), checked, (error, output) => {
            if (error instanceof Error) reject(error);
            else resolve(output);
          });
        });
        return { status: 200, body };
      }),
  };
}

/** Runs something. If it throws an error that DynamoDB returns, that is the response. */
export async function catchRefusal(run: () => Promise<DynamoResponse>): Promise<DynamoResponse> {
  try {
    return await run();
  } catch (error) {
    // So dynalite marks the errors that DynamoDB returns.
    const { statusCode, body } = isRecord(error) ? error : {};
    if (typeof statusCode === 'number' && isRecord(body)) return { status: statusCode, body };
    throw error;
  }
}

/**
 * Makes a table active. Dynalite does it a moment after the creation, and not again if the process
 * ends before: then the table could neither be used nor created.
 */
export async function activateTable({ db }: DynaliteStore, name: string): Promise<void> {
  const table = await db.get(`table~${name}`);
  if (!isRecord(table) || table['TableStatus'] !== 'CREATING') return;
  const indexes = table['GlobalSecondaryIndexes'];
  for (const index of Array.isArray(indexes) ? indexes : []) {
    Object.assign(index, { IndexStatus: 'ACTIVE' });
  }
  await db.put(`table~${name}`, { ...table, TableStatus: 'ACTIVE' });
}
