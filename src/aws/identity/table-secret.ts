import { randomBytes } from 'node:crypto';
import { text } from '#aws/dynamo/item-fields.ts';
import { guestSecretKey, type DynamoKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';

/**
 * Returns a secret of the deployment. The first caller creates it, with the same request, which
 * functions that may only update items can send, too.
 */
export async function readSecret(
  table: Table,
  key: DynamoKey,
  signal?: AbortSignal,
): Promise<string> {
  const request = {
    Key: key,
    UpdateExpression: 'SET #secret = if_not_exists(#secret, :new)',
    ExpressionAttributeNames: { '#secret': 'secret' },
    ExpressionAttributeValues: { ':new': randomBytes(32).toString('hex') },
    ReturnValues: 'ALL_NEW',
  } as const;
  return text(await table.update(request, signal), 'secret');
}

/** Returns the secret that signs the tokens of guests. */
export function readGuestSecret(table: Table): Promise<string> {
  return readSecret(table, guestSecretKey);
}
