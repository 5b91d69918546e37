import { logSecretKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { readSecret } from '#aws/identity/table-secret.ts';

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
      secret = await readSecret(table, logSecretKey, AbortSignal.timeout(timeoutMs));
    } catch {
      // The lines are written without names: the fault itself is in the log of whoever needs the table.
    } finally {
      loading = undefined;
    }
    return secret;
  };
  return () => secret ?? (loading ??= load());
}
