import { afterAll, beforeAll } from 'vitest';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { describeLedgers } from '#test/suites/ledger-suite.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

describeLedgers((limits) => createDynamoLedger(store.table, limits));
