import { afterAll, beforeAll } from 'vitest';
import { createDynamoIssuerKeys } from '#aws/identity/dynamo-issuer-keys.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { describeIssuerKeys } from '#test/suites/issuer-keys-suite.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

describeIssuerKeys(() => createDynamoIssuerKeys(store.table));
