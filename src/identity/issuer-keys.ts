import { createLocalJWKSet, errors, type CryptoKey, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '#domain/clock.ts';
import { ChatError } from '#domain/errors.ts';
import type { IssuerKeys, IssuerKeyStore, PublicJwk } from '#domain/issuer-keys.ts';
import { fetchKeys, type KeyAddress } from '#identity/fetch-keys.ts';

export interface KeyPorts {
  readonly store: IssuerKeyStore;
  readonly clock: Clock;
}

/** Known keys are used for this long before the issuer is asked again. */
const freshMs = 300_000;

/** While the issuer is out of reach, known keys are used for this long. */
const usableMs = 86_400_000;

/** No environment asks the issuer for this long after the last request for keys has ended. */
const cooldownMs = 5_000;

/** How long a request for keys may take, with its retries. */
const fetchMs = 12_000;

/** A request that has not ended after this time was made by an environment that crashed. */
const leaseMs = fetchMs + 3_000;

/** The delays between two looks at a pending request, if the store is fast. */
const minPollMs = 100;
const maxPollMs = 1_000;

/** What one environment knows. */
interface Known extends Omit<IssuerKeys, 'keys'> {
  readonly find: ReturnType<typeof createLocalJWKSet>;
}

/**
 * Returns the keys of an issuer, which all environments share: one of them asks the issuer, and the
 * others find the answer in the store. The issuer is asked again when the known keys are no longer
 * fresh, and for an unknown key, but only once in a cooldown, whatever callers send. Getting a key
 * throws `internal` if it is not certain that the issuer does not have it.
 */
export function createIssuerKeys(
  { store, clock }: KeyPorts,
  address: KeyAddress,
): (endsAtMs: number) => JWTVerifyGetKey {
  const { jwksUrl: url } = address;
  let known: Known | undefined;

  async function read(): Promise<void> {
    known = toKnown(await store.read(url), known);
  }

  /** Asks the issuer, unless another environment does. Returns the error of a failed request. */
  async function ask(hasKey: boolean, endsAtMs: number): Promise<unknown> {
    const askedAtMs = clock.now();
    if (!(await store.claim(url, askedAtMs, askedAtMs + leaseMs))) return read();
    // A caller whose key is known does not wait for retries.
    const maxAttempts = hasKey ? 1 : Infinity;
    const limits = { clock, maxAttempts, endsAtMs: Math.min(endsAtMs, askedAtMs + fetchMs) };
    const { keys, failure } = await fetchKeys(address, limits).then(
      (fetched) => ({ keys: fetched, failure: undefined }),
      (error: unknown) => ({ keys: undefined, failure: error }),
    );
    const times = { askedAtMs, nextAskAtMs: clock.now() + cooldownMs };
    const outcome =
      keys === undefined
        ? ({ outcome: 'failed', keys: [], fetchedAtMs: known?.fetchedAtMs } as const)
        : ({ outcome: 'answered', keys, fetchedAtMs: askedAtMs } as const);
    known = toKnown({ ...times, ...outcome }, known);
    await store.finish(url, { ...times, keys });
    return failure;
  }

  async function getKey(endsAtMs: number, ...token: GetKeyArguments): Promise<CryptoKey> {
    let failure: unknown;
    let delayMs = minPollMs;
    // First with what this environment remembers, which is nearly always enough.
    let isCurrent = false;
    for (;;) {
      const nowMs = clock.now();
      const key = await findKey(known, nowMs, token);
      const step = nextStep(known, key !== undefined, nowMs);
      if (key !== undefined && step === 'use') return key;
      if (step === 'refuse') throw new errors.JWKSNoMatchingKey();
      if (step === 'give-up' || nowMs >= endsAtMs) throw unavailable(failure);
      try {
        if (!isCurrent) {
          await read();
        } else if (step === 'ask') {
          failure = await ask(key !== undefined, endsAtMs);
        } else {
          await clock.sleep(delayMs * (0.5 + Math.random()));
          const readAtMs = clock.now();
          await read();
          delayMs = nextPollMs(delayMs, clock.now() - readAtMs);
        }
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

type GetKeyArguments = Parameters<JWTVerifyGetKey>;

/** Returns the key of a token; undefined if it is not among the known ones. */
async function findKey(
  known: Known | undefined,
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
  known: Known | undefined,
  hasKey: boolean,
  nowMs: number,
): 'use' | 'ask' | 'wait' | 'refuse' | 'give-up' {
  const { fetchedAtMs = -Infinity, nextAskAtMs = -Infinity, outcome } = known ?? {};
  if (hasKey && nowMs - fetchedAtMs < freshMs) return 'use';
  if (nextAskAtMs <= nowMs || outcome === undefined) return 'ask';
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

/** Keys that did not change stay imported. */
function toKnown(stored: IssuerKeys | undefined, before: Known | undefined): Known | undefined {
  if (stored === undefined) return before;
  const { keys, ...rest } = stored;
  const isSame = before !== undefined && before.fetchedAtMs === rest.fetchedAtMs;
  return { ...rest, find: isSame ? before.find : createLocalJWKSet({ keys: keys.map(toJwk) }) };
}

function toJwk(key: PublicJwk): JWK {
  return { ...key };
}

/** Many environments may wait together after a cold start, so they spare a store that is slow. */
function nextPollMs(delayMs: number, readMs: number): number {
  return Math.max(Math.min(delayMs * 1.5, maxPollMs), readMs);
}

function unavailable(cause: unknown): ChatError {
  return new ChatError('internal', 'Sign-in is not available at the moment.', { cause });
}
