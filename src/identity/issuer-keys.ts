import { errors, type CryptoKey, type JWTVerifyGetKey } from 'jose';
import { ChatError } from '#domain/errors.ts';
import type { KeyAddress } from '#identity/fetch-keys.ts';
import { createSharedKeys, type KeyPorts, type KnownKeys } from '#identity/shared-keys.ts';

/** Known keys are used for this long before the issuer is asked again. */
const freshMs = 300_000;

/** While the issuer is out of reach, known keys are used for this long. */
const usableMs = 86_400_000;

/** The delays between two looks at another environment's request, if the store is fast. */
const minPollMs = 100;
const maxPollMs = 1_000;

type GetKeyArguments = Parameters<JWTVerifyGetKey>;

/**
 * Returns the keys of an issuer. One environment asks the issuer, and the others find the answer in
 * the store. The issuer is asked again when the known keys are no longer fresh, and for an unknown
 * key, but only once in a cooldown, whatever callers send. Getting a key throws `internal` if it is
 * not certain that the issuer does not have it.
 */
export function createIssuerKeys(
  ports: KeyPorts,
  address: KeyAddress,
): (endsAtMs: number) => JWTVerifyGetKey {
  const { clock } = ports;
  const shared = createSharedKeys(ports, address);

  async function getKey(endsAtMs: number, ...token: GetKeyArguments): Promise<CryptoKey> {
    let failure: unknown;
    let delayMs = minPollMs;
    // First with what this environment remembers, which is nearly always enough.
    let isCurrent = false;
    for (;;) {
      const nowMs = clock.now();
      const key = await findKey(shared.known, nowMs, token);
      const step = nextStep(shared.known, key !== undefined, nowMs);
      if (key !== undefined && step === 'use') return key;
      if (step === 'refuse') throw new errors.JWKSNoMatchingKey();
      if (step === 'give-up' || nowMs >= endsAtMs) throw unavailable(failure);
      try {
        if (isCurrent && step === 'wait') await clock.sleep(delayMs * (0.5 + Math.random()));
        const startedAtMs = clock.now();
        if (isCurrent && step === 'ask') {
          failure = await shared.ask(endsAtMs, { retries: key === undefined });
        } else {
          await shared.read();
        }
        // Many environments may wait together after a cold start: they spare a slow store.
        delayMs = Math.max(Math.min(delayMs * 1.5, maxPollMs), clock.now() - startedAtMs);
        isCurrent = true;
      } catch (error) {
        if (key !== undefined) return key;
        failure = error;
        await clock.sleep(maxPollMs * Math.random());
      }
    }
  }

  return (endsAtMs) =>
    async (...token) => {
      try {
        return await getKey(endsAtMs, ...token);
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof ChatError) throw error;
        throw unavailable(error);
      }
    };
}

/** Returns the key of a token; undefined if it is not among the known ones. */
async function findKey(
  known: KnownKeys | undefined,
  nowMs: number,
  token: GetKeyArguments,
): Promise<CryptoKey | undefined> {
  if (known?.fetchedAtMs === undefined || nowMs - known.fetchedAtMs >= usableMs) return undefined;
  try {
    return await known.find(...token);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    throw error;
  }
}

function nextStep(
  known: KnownKeys | undefined,
  hasKey: boolean,
  nowMs: number,
): 'use' | 'ask' | 'wait' | 'refuse' | 'give-up' {
  if (known === undefined) return 'ask';
  const { fetchedAtMs = -Infinity, nextAskAtMs, outcome } = known;
  if (hasKey && nowMs - fetchedAtMs < freshMs) return 'use';
  if (nextAskAtMs <= nowMs) return 'ask';
  if (hasKey) return 'use';
  // Within the cooldown, the outcome of the last request is what there is to know.
  switch (outcome) {
    case 'pending':
      return 'wait';
    case 'answered':
      return 'refuse';
    case 'failed':
      return 'give-up';
  }
}

function unavailable(cause: unknown): ChatError {
  return new ChatError('internal', 'Sign-in is not available at the moment.', { cause });
}
