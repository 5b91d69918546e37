import { isRecord } from '#local/wire/shape.ts';

/** Calls an operation of dynalite and returns its response. Throws if the call fails. */
export type CallDynalite = (operation: string, request: object) => Promise<unknown>;

/**
 * Adds the current item to the error of a write whose condition failed, if the request asks for it
 * with `ReturnValuesOnConditionCheckFailure`, which dynalite ignores. Returns any other error
 * unchanged. The item is read after the write has failed, so it may be newer than the one that the
 * condition was checked against.
 */
export async function addFailedItem(
  error: Buffer,
  request: Buffer,
  call: CallDynalite,
): Promise<Buffer> {
  const text = error.toString('utf8');
  if (!text.includes('#ConditionalCheckFailedException')) return error;
  const input: unknown = JSON.parse(request.toString('utf8'));
  if (!isRecord(input) || input['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') return error;
  const { TableName, Key, Item } = input;
  const key = isRecord(Key) ? Key : await extractKey(TableName, isRecord(Item) ? Item : {}, call);
  const output = await call('GetItem', { TableName, Key: key, ConsistentRead: true });
  if (!isRecord(output) || output['Item'] === undefined) return error;
  return Buffer.from(JSON.stringify({ ...JSON.parse(text), Item: output['Item'] }));
}

async function extractKey(
  TableName: unknown,
  item: Readonly<Record<string, unknown>>,
  call: CallDynalite,
): Promise<object> {
  const output = await call('DescribeTable', { TableName });
  const table = isRecord(output) && isRecord(output['Table']) ? output['Table'] : {};
  const schema = Array.isArray(table['KeySchema']) ? table['KeySchema'] : [];
  const names = schema.map((key) => (isRecord(key) ? String(key['AttributeName']) : ''));
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}
