import type { DynamoResponse } from '#local/dynamodb/operations.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The capacity that one action consumes without a transaction. */
export interface ActionUnits {
  readonly tableName: string;
  readonly units: number;
}

/** Returns the capacity in the responses of single operations. */
export function unitsOf(responses: readonly DynamoResponse[]): readonly ActionUnits[] {
  return responses.map(({ body: { ConsumedCapacity: capacity } }) => {
    const { TableName, CapacityUnits } = isRecord(capacity) ? capacity : {};
    return { tableName: String(TableName), units: Number(CapacityUnits) };
  });
}

/** Returns the capacity of a transaction by table, if it is asked for. It costs twice as much. */
export function consumed(
  asked: 'INDEXES' | 'TOTAL' | 'NONE' | undefined,
  kind: 'read' | 'write',
  actions: readonly ActionUnits[],
): { readonly ConsumedCapacity?: readonly object[] } {
  if (asked === undefined || asked === 'NONE') return {};
  const tables = new Map<string, number>();
  for (const { tableName, units } of actions) {
    tables.set(tableName, (tables.get(tableName) ?? 0) + 2 * units);
  }
  const ConsumedCapacity = [...tables].map(([TableName, CapacityUnits]) => {
    const name = kind === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits';
    const units = { CapacityUnits, [name]: CapacityUnits };
    const Table = asked === 'INDEXES' ? units : undefined;
    return Object.assign({ TableName, Table }, units);
  });
  return { ConsumedCapacity };
}
