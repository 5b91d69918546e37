import { randomBytes } from 'node:crypto';
import { text } from '#aws/dynamo/item-fields.ts';
import { logSecretKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';

/** The log must not delay the end of an invocation for longer. */
const timeoutMs = 2_000;

/**
 * Returns a function that returns the deployment's secret for names in logs. The first function
 * that needs the secret creates it, and each environment reads it once. The result is undefined if
 * the table cannot be reached, and the next call tries again.
 */
export function createLogSecret(table: Table): () => string | Promise<string | undefined> {
  let secret: string | undefined;
  let loading: Promise<string | undefined> | undefined;
  const load = async (): Promise<string | undefined> => {
    try {
      secret = await readOrCreate(table);
    } catch {
      // The lines are written without names: the fault itself is in the log of whoever needs the table.
    } finally {
      loading = undefined;
    }
    return secret;
  };
  return () => secret ?? (loading ??= load());
}

/** One request, which functions that may only update items can send, too. */
async function readOrCreate(table: Table): Promise<string> {
  const attributes = await table.update(
    {
      Key: logSecretKey,
      UpdateExpression: 'SET #secret = if_not_exists(#secret, :new)',
      ExpressionAttributeNames: { '#secret': 'secret' },
      ExpressionAttributeValues: { ':new': randomBytes(32).toString('hex') },
      ReturnValues: 'ALL_NEW',
    },
    AbortSignal.timeout(timeoutMs),
  );
  return text(attributes, 'secret');
}
