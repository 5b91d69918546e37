import type {
  DeleteCommandInput,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall, type NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import {
  conditionFailure,
  createDynamoClient,
  type DynamoClient,
  type DynamoOutput,
  type WireItem,
} from '#aws/dynamo/dynamo-client.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import type { DynamoKey } from '#aws/dynamo/keys.ts';

type Request<Input> = Omit<Input, 'TableName'>;

export type UpdateRequest = Request<UpdateCommandInput>;
export type DeleteCondition = Omit<Request<DeleteCommandInput>, 'Key'>;
export type QueryRequest = Request<QueryCommandInput>;
export type ScanRequest = Request<ScanCommandInput>;

/** The key of an item, in this table or in that of LangChain's sessions. */
export type TableKey = DynamoKey | { readonly SessionId: string };

/** A page of a query. */
export interface QueryPage {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined on the last page. */
  readonly lastKey?: Item;
  /** What reading it cost, in capacity units, if the request asked for that; else 0. */
  readonly units: number;
}

/**
 * A DynamoDB table. The parameters are those of DynamoDB's own operations; items and values are
 * plain JSON values. Every method throws a `ConditionFailed` if the request's condition is false.
 */
export interface Table {
  /** Returns the item; undefined if there is none. */
  get(request: Request<GetCommandInput>): Promise<Item | undefined>;
  put(request: Request<PutCommandInput>): Promise<void>;
  /** Updates an item. Returns the attributes that `ReturnValues` asks for. */
  update(request: UpdateRequest, signal?: AbortSignal): Promise<Item>;
  query(request: QueryRequest): Promise<QueryPage>;
  scan(request: ScanRequest): Promise<QueryPage>;
  delete(key: TableKey, condition?: DeleteCondition): Promise<void>;
  /** Deletes up to 25 items. DynamoDB may leave some of them when it is busy. */
  deleteAll(keys: readonly DynamoKey[]): Promise<void>;
}

/** The condition of a write is false. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  /** The item as it is, if the request asked for it. */
  readonly item: Item | undefined;

  constructor(cause: unknown, item: Item | undefined) {
    super('The condition of the write is false', { cause });
    this.item = item;
  }
}

/**
 * Returns a table with a client of its own. A function opens its table once: every client has its
 * own connections, and each new connection costs a TLS handshake.
 */
export function openTable(tableName: string): Table {
  return createTable(tableName, createDynamoClient());
}

/** Returns a table that a client reaches. Members that are `undefined` are not stored. */
export function createTable(tableName: string, client: DynamoClient): Table {
  const send: DynamoClient = async (operation, input, signal) => {
    try {
      return await client(operation, input, signal);
    } catch (error) {
      const failure = conditionFailure(error);
      if (failure === undefined) throw error;
      throw new ConditionFailed(error, failure.Item && unmarshall(failure.Item));
    }
  };
  const readPage = async (
    operation: 'Query' | 'Scan',
    { ExclusiveStartKey, ...request }: QueryRequest | ScanRequest,
  ): Promise<QueryPage> => {
    const start = ExclusiveStartKey && { ExclusiveStartKey: toWire(ExclusiveStartKey) };
    const input = { ...request, TableName: tableName, ...start };
    return toPage(await send(operation, withValues(input)));
  };
  return {
    async get({ Key, ...request }) {
      const input = { ...request, TableName: tableName, Key: toWire(Key) };
      const { Item: item } = await send('GetItem', input);
      return item && unmarshall(item);
    },
    async put({ Item: item, ...request }) {
      const input = { ...request, TableName: tableName, Item: toWire(item) };
      await send('PutItem', withValues(input));
    },
    async update({ Key, ...request }, signal) {
      const input = { ...request, TableName: tableName, Key: toWire(Key) };
      const { Attributes = {} } = await send('UpdateItem', withValues(input), signal);
      return unmarshall(Attributes);
    },
    query: (request) => readPage('Query', request),
    scan: (request) => readPage('Scan', request),
    async delete(key, condition = {}) {
      const input = { ...condition, TableName: tableName, Key: toWire(key) };
      await send('DeleteItem', withValues(input));
    },
    async deleteAll(keys) {
      const requests = keys.map((key) => ({ DeleteRequest: { Key: toWire(key) } }));
      await send('BatchWriteItem', { RequestItems: { [tableName]: requests } });
    },
  };
}

function toPage({ Items = [], LastEvaluatedKey, ConsumedCapacity }: DynamoOutput): QueryPage {
  const items = Items.map((item) => unmarshall(item));
  const page = { items, units: ConsumedCapacity?.CapacityUnits ?? 0 };
  return LastEvaluatedKey === undefined ? page : { ...page, lastKey: unmarshall(LastEvaluatedKey) };
}

interface WithValues {
  readonly ExpressionAttributeValues?: Readonly<Record<string, NativeAttributeValue>> | undefined;
}

function withValues(request: WithValues): object {
  const { ExpressionAttributeValues: values, ...others } = request;
  return values === undefined ? others : { ...others, ExpressionAttributeValues: toWire(values) };
}

function toWire(values: object | undefined): WireItem {
  return marshall({ ...values }, { removeUndefinedValues: true });
}

/** Returns a time in whole seconds, as DynamoDB's time to live expects it. */
export function toExpiry(timeMs: number): number {
  return Math.ceil(timeMs / 1_000);
}
