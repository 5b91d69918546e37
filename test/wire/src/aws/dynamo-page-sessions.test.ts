import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoPageSessions, type PageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import { createManualClock } from '#local/process/clock.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

const startMs = 1_800_000_000_000;
const clock = createManualClock(startMs);
let store: HostedStore;
let sessions: PageSessions;

beforeAll(async () => {
  store = await hostStore();
  sessions = createDynamoPageSessions(store.table, clock);
});
afterAll(() => store.system.close());

const session = (userId: string) => ({ userId, sealed: 's', expiresAtMs: startMs + 60_000 });

test('a session is read until it expires', async () => {
  await sessions.create('expiring', session('ada'));
  expect(await sessions.read('expiring')).toEqual(session('ada'));
  await clock.advance(60_000);
  expect(await sessions.read('expiring')).toBeUndefined();
  await clock.advance(-60_000);
});

test('of concurrent requests, one renews the tokens', async () => {
  await sessions.create('renewed', session('ada'));
  const untilMs = clock.now() + 15_000;
  const claims = Array.from({ length: 10 }, () => sessions.claimRenewal('renewed', 's', untilMs));
  expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  await sessions.replace('renewed', { sealed: 'new', expiresAtMs: startMs + 120_000 });
  expect(await sessions.read('renewed')).toMatchObject({ sealed: 'new', userId: 'ada' });
  expect(await sessions.claimRenewal('renewed', 's', untilMs)).toBe(false);
  expect(await sessions.claimRenewal('renewed', 'new', untilMs)).toBe(true);
});

test('a renewal whose process died is taken over', async () => {
  await sessions.create('abandoned', session('ada'));
  expect(await sessions.claimRenewal('abandoned', 's', clock.now() - 1)).toBe(true);
  expect(await sessions.claimRenewal('abandoned', 's', clock.now() + 15_000)).toBe(true);
});

test('tokens that arrive after the end of a session do not bring it back', async () => {
  await sessions.create('ended', session('ada'));
  await sessions.end('ended', 'ada');
  await sessions.replace('ended', { sealed: 'new', expiresAtMs: startMs + 120_000 });
  expect(await sessions.read('ended')).toBeUndefined();
  expect(await sessions.claimRenewal('ended', 's', clock.now())).toBe(false);
});

test('all sessions of a user end, and those of nobody else', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `of bob ${index}`);
  await Promise.all(names.map((name) => sessions.create(name, session('bob/1'))));
  await sessions.create('of bob', session('bob'));
  await sessions.endAll('bob/1');
  const left = await Promise.all([...names, 'of bob'].map((name) => sessions.read(name)));
  expect(left.filter((each) => each !== undefined)).toEqual([session('bob')]);
});
