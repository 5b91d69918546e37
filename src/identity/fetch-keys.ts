import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWK } from 'jose';
import type { Clock } from '#domain/clock.ts';
import type { PublicJwk } from '#domain/issuer-keys.ts';

/** Where an issuer publishes its keys, and the algorithms that it signs with. */
export interface KeyAddress {
  readonly jwksUrl: string;
  readonly algorithms: readonly string[];
}

export interface FetchLimits {
  readonly clock: Clock;
  readonly maxAttempts: number;
  /** No attempt begins or continues after this time. */
  readonly endsAtMs: number;
}

/** The maximum time of one attempt. */
const attemptMs = 4_000;

/** The delays before the first retries; the last one is repeated. */
const backoffMs = [50, 100, 200, 300] as const;

/**
 * Returns the public keys of an issuer, after as many attempts as the limits allow. Throws the last
 * error. An answer without a usable key is an error, too.
 */
export async function fetchKeys(
  address: KeyAddress,
  { clock, maxAttempts, endsAtMs }: FetchLimits,
): Promise<readonly PublicJwk[]> {
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = endsAtMs - clock.now();
    try {
      return await fetchOnce(address, Math.max(1, Math.min(attemptMs, leftMs)));
    } catch (error) {
      const delayMs = (backoffMs[attempt - 1] ?? backoffMs[3]) * (0.75 + Math.random() / 2);
      if (attempt >= maxAttempts || clock.now() + delayMs >= endsAtMs) throw error;
      await clock.sleep(delayMs);
    }
  }
}

async function fetchOnce(
  { jwksUrl, algorithms }: KeyAddress,
  timeoutMs: number,
): Promise<readonly PublicJwk[]> {
  // Follows no redirect, and checks the status and the form of the answer.
  const remote = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: Math.ceil(timeoutMs) });
  await remote.reload();
  const keys = await findUsableKeys(remote.jwks(), algorithms);
  if (keys.length === 0) throw new Error('The issuer published no usable key');
  return keys;
}

/** More than any issuer publishes, and little enough for an item of the table. */
const maxKeys = 50;
const maxKeyLength = 4_000;

/** Returns the public parts of the keys that can verify a signature of the algorithms. */
async function findUsableKeys(
  { keys }: JSONWebKeySet = { keys: [] },
  algorithms: readonly string[],
): Promise<readonly PublicJwk[]> {
  const usable: PublicJwk[] = [];
  for (const key of keys.slice(0, maxKeys).map(publicPart)) {
    const isShort = JSON.stringify(key).length <= maxKeyLength;
    if (isShort && (await isUsable(key, algorithms))) usable.push({ ...key });
  }
  return usable;
}

function publicPart({ kty, kid, alg, use, key_ops, crv, x, y, n, e }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, kid, alg, use, key_ops, crv, x, y, n, e }));
}

/** The minimum length of an RSA key (RFC 7518, section 3.3). */
const minModulusBits = 2_048;

async function isUsable(key: JWK, algorithms: readonly string[]): Promise<boolean> {
  const keySet = createLocalJWKSet({ keys: [key] });
  for (const alg of algorithms) {
    const imported = await keySet({ alg }).catch(() => undefined);
    if (imported === undefined) continue;
    const { algorithm } = imported;
    const isWeak = 'modulusLength' in algorithm && Number(algorithm.modulusLength) < minModulusBits;
    if (!isWeak) return true;
  }
  return false;
}
