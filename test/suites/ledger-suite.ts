import { expect, test } from 'vitest';
import {
  noSpending,
  type Ledger,
  type Reservation,
  type SpendingLimits,
} from '#domain/spending/ledger.ts';

const limits: SpendingLimits = { requestsPerMinute: 10, tokensPerDay: 1_000, nanoUsdPerDay: 5_000 };
const noonMs = 20_000 * 86_400_000 + 43_200_000;
const spendingOf = (tokens: number, nanoUsd = tokens) => ({ turns: 1, tokens, nanoUsd });

let owners = 0;

/** The tests that every implementation of `Ledger` must pass. */
export function describeLedgers(open: (limits: SpendingLimits) => Ledger): void {
  const account = (): ((turnId: string, change?: Partial<Reservation>) => Reservation) => {
    owners += 1;
    const owner = `owner ${owners}/#`;
    return (turnId, change) => ({ owner, turnId, atMs: noonMs, max: spendingOf(10), ...change });
  };

  test('200 concurrent requests under a limit of 10 get exactly 10 reservations', async () => {
    const ledger = open(limits);
    const of = account();
    const racing = Array.from({ length: 200 }, (_, index) => ledger.reserve(of(`t${index}`)));
    const outcomes = await Promise.allSettled(racing);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    const refused = outcomes.find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'quota_exceeded', retryAfterSeconds: 6 } });
    const [day] = await ledger.days(of('').owner, 5);
    expect(day).toEqual({ day: 20_000, turns: 10, tokens: 100, nanoUsd: 100 });
    await ledger.reserve(of('later', { atMs: noonMs + 6_000 }));
    const soon = ledger.reserve(of('soon', { atMs: noonMs + 6_000 }));
    await expect(soon).rejects.toMatchObject({ code: 'quota_exceeded', retryAfterSeconds: 6 });
  });

  test('a request over the daily limit of tokens or money is rejected until the next day', async () => {
    const ledger = open({ ...limits, requestsPerMinute: 1_000 });
    const of = account();
    const first = ledger.reserve(of('t0', { max: spendingOf(1_001) }));
    await expect(first).rejects.toMatchObject({ code: 'quota_exceeded' });
    await ledger.reserve(of('t1', { max: spendingOf(600) }));
    const tokens = ledger.reserve(of('t2', { max: spendingOf(600) }));
    await expect(tokens).rejects.toMatchObject({
      code: 'quota_exceeded',
      message: expect.stringContaining('token limit'),
      retryAfterSeconds: 43_200,
    });
    const money = ledger.reserve(of('t3', { max: spendingOf(1, 4_500) }));
    await expect(money).rejects.toMatchObject({ message: expect.stringContaining('budget') });
    const never = ledger.reserve(of('t4', { max: spendingOf(1_001) }));
    await expect(never).rejects.toMatchObject({ retryAfterSeconds: undefined });
    await ledger.reserve(of('t5', { max: spendingOf(600), atMs: noonMs + 43_200_000 }));
    expect(await ledger.days(of('').owner, 5)).toMatchObject([{ day: 20_001 }, { day: 20_000 }]);
    expect(await ledger.days(of('').owner, 1)).toMatchObject([{ day: 20_001, tokens: 600 }]);
  });

  test('a late reservation of a settled turn is rejected and counts nothing', async () => {
    const ledger = open(limits);
    const of = account();
    const reservation = of('t1');
    await ledger.reserve(reservation);
    await ledger.settle(reservation, spendingOf(3));
    await expect(ledger.reserve(reservation)).rejects.toMatchObject({ code: 'conflict' });
    expect(await ledger.days(reservation.owner, 1)).toMatchObject([{ turns: 1, nanoUsd: 3 }]);
  });

  test('an owner with a hundred settled turns can reserve and settle more', async () => {
    const ledger = open({ requestsPerMinute: 6_000, tokensPerDay: 1e6, nanoUsdPerDay: 1e6 });
    const of = account();
    for (let turn = 0; turn < 100; turn += 1) {
      const reservation = of(`t${turn}`);
      await ledger.reserve(reservation);
      await ledger.settle(reservation, spendingOf(3));
    }
    expect(await ledger.days(of('').owner, 1)).toMatchObject([{ turns: 100, nanoUsd: 300 }]);
  });

  test('a closed reservation counts in full, and a late worker changes nothing', async () => {
    const ledger = open(limits);
    const of = account();
    const reservation = of('t1');
    await ledger.reserve(reservation);
    expect(await ledger.close(reservation)).toBe(10);
    expect(await ledger.close(reservation)).toBe(10);
    await ledger.settle(reservation, spendingOf(3));
    expect(await ledger.days(reservation.owner, 1)).toMatchObject([{ turns: 1, nanoUsd: 10 }]);
    await ledger.correct(reservation, 4);
    await ledger.correct(reservation, 4);
    expect(await ledger.days(reservation.owner, 1)).toMatchObject([{ turns: 1, nanoUsd: 4 }]);
  });

  test('closing a reservation that never arrived counts nothing, and rejects it later', async () => {
    const ledger = open(limits);
    const of = account();
    const reservation = of('t1');
    expect(await ledger.close(reservation)).toBe(0);
    await expect(ledger.reserve(reservation)).rejects.toMatchObject({ code: 'conflict' });
    await ledger.reserve(of('t2'));
    expect(await ledger.days(reservation.owner, 1)).toMatchObject([{ turns: 1, nanoUsd: 10 }]);
    expect(await ledger.close(of('t3', { atMs: noonMs + 86_400_000 }))).toBe(0);
  });

  test('reserving or settling twice counts once', async () => {
    const ledger = open(limits);
    const of = account();
    const reservation = of('t1', { max: spendingOf(600) });
    await ledger.reserve(reservation);
    await ledger.reserve(reservation);
    await ledger.settle(reservation, spendingOf(50, 70));
    await ledger.settle(reservation, spendingOf(50, 70));
    expect(await ledger.days(reservation.owner, 5)).toMatchObject([
      { turns: 1, tokens: 50, nanoUsd: 70 },
    ]);
    const released = of('t2', { max: spendingOf(600) });
    await ledger.reserve(released);
    await ledger.settle(released, noSpending);
    expect(await ledger.days(reservation.owner, 5)).toMatchObject([{ turns: 1, tokens: 50 }]);
  });

  test('owners have separate limits and spending', async () => {
    const ledger = open(limits);
    const [of, ofAnother] = [account(), account()];
    await ledger.reserve(of('t1', { max: spendingOf(1_000) }));
    await ledger.reserve(ofAnother('t1', { max: spendingOf(1_000) }));
    expect(await ledger.days(`${of('').owner}x`, 5)).toEqual([]);
  });
}
