import type { DynaliteStore } from 'dynalite/db/index.js';
import type { Database } from '#local/dynamodb/database.ts';
import { catchRefusal, runOperation, type DynamoResponse } from '#local/dynamodb/operations.ts';
import { invalid, readInput, Refusal } from '#local/dynamodb/refusal.ts';
import type { Units } from '#local/dynamodb/units/units.ts';
import { boolean, isRecord, string, structure } from '#local/wire/shape.ts';

/** Which items of the tables expire, and when. */
export interface ItemExpiry {
  /** `UpdateTimeToLive` */
  update(input: unknown): Promise<DynamoResponse>;
  /** `DescribeTimeToLive` */
  describe(input: unknown): Promise<DynamoResponse>;
  /** Sets the specification of a template, or none. */
  apply(tableName: string, specification: unknown): Promise<void>;
  /** Deletes the items that have expired. Stops early if the signal is aborted. */
  deleteExpired(nowMs: number, signal: AbortSignal): Promise<void>;
}

const tableName = string({ min: 1, max: 255 });

const updateShape = structure({
  TableName: tableName,
  TimeToLiveSpecification: structure({
    AttributeName: string({ min: 1, max: 255 }),
    Enabled: boolean,
  }),
});

const describeShape = structure({ TableName: tableName });

const prefix = 'time-to-live~';

/** DynamoDB takes an older time for a mistake (developer guide, "Using time to live"). */
const oldestSeconds = 5 * 365 * 86_400;

/** Creates the times to live of the tables in a database. */
export function createItemExpiry(database: Database, units: Units): ItemExpiry {
  const set = async (name: string, attribute: string | undefined): Promise<void> => {
    const key = prefix + name;
    await database.write((store) =>
      store.db.batch([
        attribute === undefined ? { key, type: 'del' } : { key, type: 'put', value: attribute },
      ]),
    );
  };
  return {
    update: (input) =>
      catchRefusal(async () => {
        const { TableName, TimeToLiveSpecification } = readInput(updateShape, input);
        const { AttributeName, Enabled } = TimeToLiveSpecification;
        await requireTable(database, TableName);
        checkUpdate(await attributeOf(database, TableName), AttributeName, Enabled);
        await set(TableName, Enabled ? AttributeName : undefined);
        return { status: 200, body: { TimeToLiveSpecification } };
      }),
    describe: (input) =>
      catchRefusal(async () => {
        const { TableName } = readInput(describeShape, input);
        await requireTable(database, TableName);
        const AttributeName = await attributeOf(database, TableName);
        const TimeToLiveDescription =
          AttributeName === undefined
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName };
        return { status: 200, body: { TimeToLiveDescription } };
      }),
    async apply(name, specification) {
      const { AttributeName, Enabled } = isRecord(specification) ? specification : {};
      const isEnabled = String(Enabled) === 'true' && typeof AttributeName === 'string';
      await set(name, isEnabled ? AttributeName : undefined);
    },
    async deleteExpired(nowMs, signal) {
      const tables = await database.read((store) => tablesThatExpire(store));
      for (const [name, attribute] of tables) {
        await deleteFrom({ database, units, signal }, { name, attribute, nowMs });
      }
    },
  };
}

function checkUpdate(current: string | undefined, wanted: string, isEnabled: boolean): void {
  if (current === undefined && !isEnabled) throw invalid('TimeToLive is already disabled');
  if (current === undefined) return;
  if (current !== wanted) {
    throw invalid(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
    );
  }
  if (isEnabled) throw invalid('TimeToLive is already enabled');
}

async function requireTable(database: Database, TableName: string): Promise<void> {
  const { status, body } = await database.run('DescribeTable', { TableName });
  if (status === 200) return;
  const [, type = ''] = String(body['__type']).split('#');
  throw new Refusal(type, String(body['message']));
}

async function attributeOf(database: Database, name: string): Promise<string | undefined> {
  const value = await database.read((store) => store.db.get(prefix + name));
  return typeof value === 'string' ? value : undefined;
}

async function tablesThatExpire({ db }: DynaliteStore): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, string>();
  for await (const [key, value] of db.iterator({ gte: prefix, lt: `${prefix}\uFFFF` })) {
    tables.set(key.slice(prefix.length), String(value));
  }
  return tables;
}

interface Deletion {
  readonly database: Database;
  readonly units: Units;
  readonly signal: AbortSignal;
}

interface ExpiringTable {
  readonly name: string;
  readonly attribute: string;
  readonly nowMs: number;
}

/** Deletes the expired items of a table, page by page. A table that was deleted has none. */
async function deleteFrom(
  { database, units, signal }: Deletion,
  { name: TableName, attribute, nowMs }: ExpiringTable,
): Promise<void> {
  const now = Math.floor(nowMs / 1000);
  const isExpired = {
    ExpressionAttributeNames: { '#at': attribute },
    // A comparison with a number matches numbers only.
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':oldest': { N: String(now - oldestSeconds) },
    },
  };
  const condition = '#at < :now AND #at > :oldest';
  const { body: description } = await database.run('DescribeTable', { TableName });
  const keyNames = keyNamesOf(description);
  let start: unknown;
  do {
    const { body } = await database.run('Scan', {
      TableName,
      ...structuredClone(isExpired),
      FilterExpression: condition,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const items = Array.isArray(body['Items']) ? body['Items'] : [];
    for (const item of items) {
      if (signal.aborted) return;
      const Key = Object.fromEntries(
        keyNames.map((key) => [key, isRecord(item) ? item[key] : undefined]),
      );
      // The item may have been given more time since it was read.
      const input = { TableName, Key, ConditionExpression: condition, ...isExpired };
      await units.run(
        async (unit) => {
          const result = await runOperation(unit.store, 'DeleteItem', structuredClone(input));
          return { result, commits: result.status === 200 };
        },
        { isExpiry: true },
      );
    }
    start = body['LastEvaluatedKey'];
  } while (start !== undefined && !signal.aborted);
}

function keyNamesOf({ Table }: DynamoResponse['body']): readonly string[] {
  const schema = isRecord(Table) && Array.isArray(Table['KeySchema']) ? Table['KeySchema'] : [];
  return schema.map((key) => (isRecord(key) ? String(key['AttributeName']) : ''));
}
