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
  let isMissing = true;
  const { table } = store.another({
    request:
      (send) =>
      (operation, input, ...others) =>
        send(operation, isMissing ? { ...input, TableName: 'Missing' } : input, ...others),
  });
  const read = createLogSecret(table);
  expect(await read()).toBeUndefined();
  isMissing = false;
  expect(await read()).toMatch(/^[\da-f]{64}$/u);
});
