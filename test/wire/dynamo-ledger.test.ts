import { afterAll, beforeAll } from 'vitest';
import { createDynamoLedger } from '#aws/dynamo-ledger.ts';
import { hostStore, type HostedStore } from '../fixtures/turn-store.ts';
import { describeLedgers } from '../ledger-suite.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

describeLedgers((limits) => createDynamoLedger(store.table, limits));
