import type { DynaliteStore } from 'dynalite/db/index.js';
import { itemBytes } from '#local/dynamodb/item-size.ts';
import { prepareOperation, type PreparedOperation } from '#local/dynamodb/operations.ts';
import { invalid } from '#local/dynamodb/refusal.ts';
import { isRecord, list, map, object, oneOf, string, structure } from '#local/wire/shape.ts';

/** An action of a transaction, as an operation of dynalite. */
export interface TransactionAction {
  readonly operation: PreparedOperation;
  /** Whether only the condition counts. */
  readonly isCheck: boolean;
  /** Whether a failed condition returns the item. */
  readonly returnsItem: boolean;
}

const names = { ExpressionAttributeNames: map(string()) };

const conditional = {
  ...names,
  ExpressionAttributeValues: map(object),
  ReturnValuesOnConditionCheckFailure: oneOf('ALL_OLD', 'NONE'),
};

const condition = { ConditionExpression: string() };

/** The members of each kind of action. Others are ignored, as legacy parameters are. */
const shapes = {
  ConditionCheck: structure({ TableName: string(), Key: map(object), ...condition }, conditional),
  Put: structure({ TableName: string(), Item: map(object) }, { ...condition, ...conditional }),
  Delete: structure({ TableName: string(), Key: map(object) }, { ...condition, ...conditional }),
  Update: structure(
    { TableName: string(), Key: map(object), UpdateExpression: string() },
    { ...condition, ...conditional },
  ),
};

const capacity = { ReturnConsumedCapacity: oneOf('INDEXES', 'TOTAL', 'NONE') };

const actionLimits = { min: 1, max: 100 };

/** The input of `TransactWriteItems`. */
export const transactWriteShape = structure(
  { TransactItems: list(structure({}, shapes), actionLimits) },
  {
    ...capacity,
    ClientRequestToken: string({ min: 1, max: 36 }),
    ReturnItemCollectionMetrics: oneOf('SIZE', 'NONE'),
  },
);

const getShape = structure(
  { TableName: string(), Key: map(object) },
  { ...names, ProjectionExpression: string() },
);

/** The input of `TransactGetItems`. */
export const transactGetShape = structure(
  { TransactItems: list(structure({ Get: getShape }), actionLimits) },
  capacity,
);

/** A check is a deletion that is not written: it has a condition and changes nothing else. */
const operations = new Map([
  ['ConditionCheck', 'DeleteItem'],
  ['Delete', 'DeleteItem'],
  ['Get', 'GetItem'],
  ['Put', 'PutItem'],
  ['Update', 'UpdateItem'],
]);

/** The size of the items in a transaction. */
const maxBytes = 4 * 1024 * 1024;

/** Reads the actions of a transaction. Throws the error that DynamoDB returns for an invalid one. */
export function readActions(
  store: DynaliteStore,
  items: readonly object[],
): readonly TransactionAction[] {
  const actions = items.map((item) => readAction(store, item));
  const sizes = actions.map(({ operation: { input } }) => itemBytes(itemOf(input)));
  if (sizes.reduce((sum, size) => sum + size, 0) > maxBytes) {
    throw invalid('Collection size of items in the transaction exceeds the limit of 4 MB');
  }
  return actions;
}

function readAction(store: DynaliteStore, item: object): TransactionAction {
  const present = Object.entries(item).filter(([, value]) => value !== undefined);
  const [action, another] = present;
  if (action === undefined || another !== undefined) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const [kind, parameters] = action;
  const { ReturnValuesOnConditionCheckFailure: returned, ...input } = isRecord(parameters)
    ? parameters
    : {};
  return {
    // Transactions read and write twice, which is why reads count as consistent ones.
    operation: prepareOperation(
      store,
      operations.get(kind) ?? kind,
      structuredClone({ ...input, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
    ),
    isCheck: kind === 'ConditionCheck',
    returnsItem: returned === 'ALL_OLD',
  };
}

function itemOf({ Item, Key }: PreparedOperation['input']): object {
  if (isRecord(Item)) return Item;
  return isRecord(Key) ? Key : {};
}
