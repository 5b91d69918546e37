import { createHmac } from 'node:crypto';
import type { CallbackMessage } from '#domain/task/deliver-callback.ts';

const prefix = 'whsec_';

/** Returns the headers of a signed message (Standard Webhooks 1.0.0), with a signature for each key. */
export function signedHeaders({
  id,
  sentAtMs,
  body,
  secrets,
}: CallbackMessage): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentAtMs / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`);
    return `v1,${signature.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
