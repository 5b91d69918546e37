import { createLocalJWKSet, type JWK } from 'jose';
import type { Clock } from '#domain/clock.ts';
import type { IssuerKeys, IssuerKeyStore, PublicJwk } from '#domain/issuer-keys.ts';
import { fetchKeys, type KeyAddress } from '#identity/fetch-keys.ts';

export interface KeyPorts {
  readonly store: IssuerKeyStore;
  readonly clock: Clock;
}

/** What this environment knows about the keys of an issuer. */
export interface KnownKeys extends Omit<IssuerKeys, 'keys'> {
  readonly find: ReturnType<typeof createLocalJWKSet>;
}

/** The keys of an issuer, which all environments share. */
export interface SharedKeys {
  /** Undefined before the first read, and before any environment has asked the issuer. */
  readonly known: KnownKeys | undefined;
  /** Reads what the environments know together. */
  read(): Promise<void>;
  /**
   * Asks the issuer, unless another environment does. Without retries if the caller's key is known,
   * so that it does not wait for them. Returns the error of a failed request.
   */
  ask(endsAtMs: number, options: { readonly retries: boolean }): Promise<unknown>;
}

/** No environment asks the issuer for this long after the last request for keys has ended. */
const cooldownMs = 5_000;

/** How long a request for keys may take, with its retries. */
const fetchMs = 12_000;

/** A request that has not ended after this time was made by an environment that crashed. */
const leaseMs = fetchMs + 3_000;

/** Returns the keys of an issuer, of which this environment knows nothing yet. */
export function createSharedKeys({ store, clock }: KeyPorts, address: KeyAddress): SharedKeys {
  const { jwksUrl: url } = address;
  let known: KnownKeys | undefined;
  const read = async (): Promise<void> => {
    known = toKnown(await store.read(url), known);
  };
  return {
    get known() {
      return known;
    },
    read,
    async ask(endsAtMs, { retries }) {
      const askedAtMs = clock.now();
      if (!(await store.claim(url, askedAtMs, askedAtMs + leaseMs))) return read();
      const maxAttempts = retries ? Infinity : 1;
      const limits = { clock, maxAttempts, endsAtMs: Math.min(endsAtMs, askedAtMs + fetchMs) };
      const { keys, failure } = await fetchKeys(address, limits).then(
        (fetched) => ({ keys: fetched, failure: undefined }),
        (error: unknown) => ({ keys: undefined, failure: error }),
      );
      const times = { askedAtMs, nextAskAtMs: clock.now() + cooldownMs };
      const state =
        keys === undefined
          ? ({ outcome: 'failed', keys: [], fetchedAtMs: known?.fetchedAtMs } as const)
          : ({ outcome: 'answered', keys, fetchedAtMs: askedAtMs } as const);
      known = toKnown({ ...times, ...state }, known);
      await store.finish(url, { ...times, keys });
      return failure;
    },
  };
}

/** Keys that did not change stay imported. */
function toKnown(
  stored: IssuerKeys | undefined,
  before: KnownKeys | undefined,
): KnownKeys | undefined {
  if (stored === undefined) return before;
  const { keys, ...rest } = stored;
  const isSame = before !== undefined && before.fetchedAtMs === rest.fetchedAtMs;
  return { ...rest, find: isSame ? before.find : createLocalJWKSet({ keys: keys.map(toJwk) }) };
}

function toJwk(key: PublicJwk): JWK {
  return { ...key };
}
