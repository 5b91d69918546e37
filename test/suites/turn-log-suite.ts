import { expect, test } from 'vitest';
import type { LogEvent, TurnLog } from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/** The tests that every implementation of `TurnLog` must pass. */
export function describeTurnLogs(create: () => TurnLog): void {
  let count = 0;
  const fresh = (): TurnKey => {
    count += 1;
    return { owner: `writer ${count}/#`, conversationId: `l${count}`, turnId: 't', sequence: 1 };
  };
  const events = (text: string): readonly LogEvent[] => [{ type: 'text-delta', index: 0, text }];
  const entry = (slot: number, text: string) => ({
    slot,
    events: events(text),
    expiresAtMs: 5_000,
  });

  test('entries are read in order, all of them or from a slot on', async () => {
    const log = create();
    const key = fresh();
    const written: readonly LogEvent[] = [
      { type: 'reasoning-delta', index: 0, text: 'Hm', signature: 's' },
      { type: 'block-start', index: 1, toolUseId: 'id', name: 'weather' },
      { type: 'tool-input-delta', index: 1, json: '{"a":' },
    ];
    await log.append(key, { slot: 1, events: written, expiresAtMs: 5_000 });
    for (let slot = 2; slot < 12; slot += 1) await log.append(key, entry(slot, `文${slot}`));
    const all = await log.read(key, 0);
    expect(all[0]).toEqual({ slot: 1, events: written });
    expect(all.map(({ slot }) => slot)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await log.read(key, 10)).toEqual([{ slot: 11, events: events('文11') }]);
    expect(await log.read({ ...key, turnId: 'other' }, 0)).toEqual([]);
  });

  test('an entry appended twice is stored once', async () => {
    const log = create();
    const key = fresh();
    await log.append(key, entry(1, 'a'));
    await log.append(key, entry(1, 'a'));
    expect(await log.read(key, 0)).toEqual([{ slot: 1, events: events('a') }]);
  });

  test('a stop request is returned by the next append and by marks', async () => {
    const log = create();
    const key = fresh();
    expect(await log.append(key, entry(1, 'a'))).toEqual({ stopRequested: false });
    expect(await log.marks(key, 2)).toEqual({ stopRequested: false });
    await log.ping(key, 'stop', 5_000);
    await log.ping(key, 'stop', 5_000);
    expect(await log.marks(key, 2)).toEqual({ stopRequested: true });
    expect(await log.append(key, entry(2, 'b'))).toEqual({ stopRequested: true });
    expect(await log.read(key, 0)).toHaveLength(2);
  });

  test('a ping is answered by marks or by the next append, and not before', async () => {
    const log = create();
    const key = fresh();
    await log.append(key, entry(1, 'a'));
    const first = await log.ping(key, 'ping', 5_000);
    expect(first).toEqual({ slot: 2, number: 1 });
    expect(await log.isAnswered(key, first)).toBe(false);
    expect(await log.marks(key, 2)).toEqual({ stopRequested: false });
    expect(await log.isAnswered(key, first)).toBe(true);
    const second = await log.ping(key, 'ping', 5_000);
    expect(await log.isAnswered(key, second)).toBe(false);
    await log.append(key, entry(2, 'b'));
    expect(await log.isAnswered(key, second)).toBe(true);
    expect(await log.read(key, 0)).toHaveLength(2);
  });

  test('each of several pings is answered at once, whoever asked last', async () => {
    const log = create();
    const key = fresh();
    const pings = await Promise.all([1, 2, 3].map(() => log.ping(key, 'ping', 5_000)));
    await log.marks(key, 1);
    expect(await Promise.all(pings.map((ping) => log.isAnswered(key, ping)))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('a sealed log returns its entries and rejects new ones', async () => {
    const log = create();
    const key = fresh();
    await log.append(key, entry(1, 'a'));
    expect(await log.seal(key, 5_000)).toEqual([{ slot: 1, events: events('a') }]);
    await expect(log.append(key, entry(2, 'b'))).rejects.toMatchObject({ code: 'conflict' });
    await expect(log.marks(key, 2)).rejects.toMatchObject({ code: 'conflict' });
    expect(await log.seal(key, 5_000)).toEqual([{ slot: 1, events: events('a') }]);
  });

  test('an entry written during the seal is either in the sealed log or rejected', async () => {
    const log = create();
    const key = fresh();
    let appended = 0;
    const started = Promise.withResolvers<void>();
    const write = async (): Promise<void> => {
      for (let slot = 1; slot < 1_000; slot += 1) {
        await log.append(key, entry(slot, `${slot} `));
        appended = slot;
        if (slot > 3) started.resolve();
      }
    };
    const writing = Promise.allSettled([write()]);
    await started.promise;
    const sealed = await log.seal(key, 5_000);
    expect(await writing).toMatchObject([{ status: 'rejected', reason: { code: 'conflict' } }]);
    expect(sealed).toHaveLength(appended);
    expect(await log.read(key, 0)).toEqual(sealed);
  });
}
