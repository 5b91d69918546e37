import type { Database } from '#local/dynamodb/database.ts';
import type { DynamoResponse } from '#local/dynamodb/operations.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Adds the current item to the error of a write whose condition failed, if the request asks for it
 * with `ReturnValuesOnConditionCheckFailure`, which dynalite ignores. Returns any other response
 * unchanged. The item is read after the write has failed, so it may be newer than the one that the
 * condition was checked against.
 */
export async function addFailedItem(
  response: DynamoResponse,
  input: Readonly<Record<string, unknown>>,
  database: Database,
): Promise<DynamoResponse> {
  const type = String(response.body['__type']);
  if (!type.endsWith('#ConditionalCheckFailedException')) return response;
  if (input['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') return response;
  const { TableName, Key, Item } = input;
  const key = isRecord(Key)
    ? Key
    : await extractKey(TableName, isRecord(Item) ? Item : {}, database);
  const { body } = await database.run('GetItem', { TableName, Key: key, ConsistentRead: true });
  if (body['Item'] === undefined) return response;
  return { ...response, body: { ...response.body, Item: body['Item'] } };
}

async function extractKey(
  TableName: unknown,
  item: Readonly<Record<string, unknown>>,
  database: Database,
): Promise<object> {
  const { body } = await database.run('DescribeTable', { TableName });
  const table = isRecord(body['Table']) ? body['Table'] : {};
  const schema = Array.isArray(table['KeySchema']) ? table['KeySchema'] : [];
  const names = schema.map((key) => (isRecord(key) ? String(key['AttributeName']) : ''));
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}
