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
