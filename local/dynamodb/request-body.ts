import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns the body of a request without members that are null, which are absent for DynamoDB and
 * end dynalite. Returns undefined if the body is other JSON than an object, or has a null in a list.
 */
export function readDynamoBody(body: Buffer): Buffer | undefined {
  if (!body.includes('null')) return body;
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    // dynalite refuses it.
    return body;
  }
  if (!isRecord(json) || hasNullItem(json)) return undefined;
  return Buffer.from(JSON.stringify(withoutNulls(json)));
}

function hasNullItem(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => item === null || hasNullItem(item));
  return isRecord(value) && Object.values(value).some(hasNullItem);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutNulls(item)]));
}
