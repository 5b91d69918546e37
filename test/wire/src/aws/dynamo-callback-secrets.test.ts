import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import type { CallbackSecrets } from '#domain/task/deliver-callback.ts';
import { createManualClock } from '#local/process/clock.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

let store: HostedStore;
let secrets: CallbackSecrets;
const clock = createManualClock();

beforeAll(async () => {
  store = await hostStore();
  secrets = createDynamoCallbackSecrets(store.table, clock);
});
afterAll(() => store.system.close());

test('concurrent first reads create one secret per owner', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => secrets.read('ada')));
  expect(new Set(all.flat()).size).toBe(1);
  expect(all[0]?.[0]).toMatch(/^whsec_[\w+/]{42}/u);
  expect(await secrets.read('grace')).not.toEqual(all[0]);
});

test('concurrent rotations create one secret, and the previous one stays valid for a day', async () => {
  const [before] = await secrets.read('ada');
  const [one, other] = await Promise.all([secrets.rotate('ada'), secrets.rotate('ada')]);
  expect(one).toBe(other);
  expect(await secrets.read('ada')).toEqual([one, before]);
  // Rotating again, as after a lost response, keeps the earlier secrets valid too.
  const third = await secrets.rotate('ada');
  expect(await secrets.read('ada')).toEqual([third, one, before]);
  await clock.advance(86_400_001);
  expect(await secrets.read('ada')).toEqual([third]);
});
