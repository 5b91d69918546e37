import type { IssuerKeys, IssuerKeyStore } from '#domain/issuer-keys.ts';

/** The keys of issuers in memory, with the same behaviour as those in DynamoDB. */
export function createMemoryIssuerKeys(): IssuerKeyStore {
  const items = new Map<string, IssuerKeys>();
  return {
    read: async (url) => items.get(url),
    async claim(url, askedAtMs, nextAskAtMs) {
      const item = items.get(url);
      if (item !== undefined && item.nextAskAtMs > askedAtMs) return false;
      items.set(url, { keys: [], ...item, askedAtMs, outcome: 'pending', nextAskAtMs });
      return true;
    },
    async finish(url, { askedAtMs, keys, nextAskAtMs }) {
      const item = items.get(url);
      if (item?.askedAtMs !== askedAtMs) return;
      const change =
        keys === undefined
          ? ({ outcome: 'failed' } as const)
          : ({ outcome: 'answered', keys, fetchedAtMs: askedAtMs } as const);
      items.set(url, { ...item, nextAskAtMs, ...change });
    },
  };
}
