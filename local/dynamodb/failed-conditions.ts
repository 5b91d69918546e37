import { isRecord } from '#local/wire/shape.ts';

/** Asks dynalite: the name of an operation, its request, and its answer where it succeeded. */
export type Ask = (operation: string, request: object) => Promise<unknown>;

/**
 * The refusal of a write whose condition did not hold, with the item as it stood where the request
 * asks for it (`ReturnValuesOnConditionCheckFailure`), which dynalite does not do. The item is
 * read after the refusal: it may be a little newer than what the condition saw.
 */
export async function withOldItem(refusal: Buffer, request: Buffer, ask: Ask): Promise<Buffer> {
  const text = refusal.toString('utf8');
  if (!text.includes('#ConditionalCheckFailedException')) return refusal;
  const asked: unknown = JSON.parse(request.toString('utf8'));
  if (!isRecord(asked) || asked['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') {
    return refusal;
  }
  const { TableName, Key, Item } = asked;
  const key = isRecord(Key) ? Key : await keyOf(TableName, isRecord(Item) ? Item : {}, ask);
  const found = await ask('GetItem', { TableName, Key: key, ConsistentRead: true });
  if (!isRecord(found) || found['Item'] === undefined) return refusal;
  return Buffer.from(JSON.stringify({ ...JSON.parse(text), Item: found['Item'] }));
}

async function keyOf(
  TableName: unknown,
  item: Readonly<Record<string, unknown>>,
  ask: Ask,
): Promise<object> {
  const answer = await ask('DescribeTable', { TableName });
  const table = isRecord(answer) && isRecord(answer['Table']) ? answer['Table'] : {};
  const schema = Array.isArray(table['KeySchema']) ? table['KeySchema'] : [];
  const names = schema.map((key) => (isRecord(key) ? String(key['AttributeName']) : ''));
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}
