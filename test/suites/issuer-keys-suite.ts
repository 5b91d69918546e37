import { expect, test } from 'vitest';
import type { IssuerKeyStore } from '#domain/issuer-keys.ts';

let issuers = 0;

/** The tests that every implementation of `IssuerKeyStore` must pass. */
export function describeIssuerKeys(open: () => IssuerKeyStore): void {
  const newUrl = (): string => {
    issuers += 1;
    return `https://issuer-${issuers}.example.org/keys?a=b#c`;
  };
  const keys = [{ kty: 'RSA', kid: 'a', n: 'x', e: 'AQAB' }];

  test('of 50 environments that may ask, one gets the claim, until its time is over', async () => {
    const store = open();
    const url = newUrl();
    expect(await store.read(url)).toBeUndefined();
    const claims = await Promise.all(
      Array.from({ length: 50 }, () => store.claim(url, 1_000, 16_000)),
    );
    const pending = { askedAtMs: 1_000, outcome: 'pending', nextAskAtMs: 16_000, keys: [] };
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await store.read(url)).toEqual(pending);
    expect(await store.claim(url, 15_999, 31_000)).toBe(false);
    expect(await store.claim(url, 16_000, 31_000)).toBe(true);
  });

  test('an answer replaces the keys, and a failure leaves them as they were', async () => {
    const store = open();
    const url = newUrl();
    await store.claim(url, 1_000, 16_000);
    await store.finish(url, { askedAtMs: 1_000, keys, nextAskAtMs: 7_000 });
    const answered = { askedAtMs: 1_000, outcome: 'answered', nextAskAtMs: 7_000 };
    expect(await store.read(url)).toEqual({ ...answered, keys, fetchedAtMs: 1_000 });
    await store.claim(url, 7_000, 22_000);
    await store.finish(url, { askedAtMs: 7_000, nextAskAtMs: 13_000 });
    const failed = { askedAtMs: 7_000, outcome: 'failed', nextAskAtMs: 13_000 };
    expect(await store.read(url)).toEqual({ ...failed, keys, fetchedAtMs: 1_000 });
  });

  test('an environment that was slow changes nothing that a later request found', async () => {
    const store = open();
    const url = newUrl();
    await store.claim(url, 1_000, 16_000);
    await store.claim(url, 16_000, 31_000);
    await store.finish(url, { askedAtMs: 16_000, keys, nextAskAtMs: 21_000 });
    const before = await store.read(url);
    await store.finish(url, { askedAtMs: 1_000, keys: [], nextAskAtMs: 99_000 });
    await store.finish(url, { askedAtMs: 1_000, nextAskAtMs: 99_000 });
    expect(await store.read(url)).toEqual(before);
  });
}
