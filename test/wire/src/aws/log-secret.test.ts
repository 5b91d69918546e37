import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

test('environments that start at the same time create one secret, and read it once each', async () => {
  const environments = Array.from({ length: 20 }, () => createLogSecret(store.another().table));
  const secrets = await Promise.all(environments.map(async (read) => read()));
  expect(new Set(secrets)).toEqual(new Set([expect.stringMatching(/^[\da-f]{64}$/u)]));
  // From then on without a request.
  expect(environments[0]?.()).toBe(secrets[0]);
});

test('a secret that cannot be read is undefined, and is read again later', async () => {
  const { table } = store.another();
  const names = ['Missing', table.tableName];
  const read = createLogSecret({
    client: table.client,
    get tableName() {
      return names.shift() ?? '';
    },
  });
  expect(await read()).toBeUndefined();
  expect(await read()).toMatch(/^[\da-f]{64}$/u);
});
