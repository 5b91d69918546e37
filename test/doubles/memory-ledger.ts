import {
  requestBucket,
  dayOf,
  subtractSpending,
  noSpending,
  limitError,
  addSpending,
  type Account,
  type Ledger,
  type Reservation,
  type SpendingLimits,
} from '#domain/spending/ledger.ts';

interface Day extends Account {
  readonly day: number;
  readonly open: ReadonlySet<string>;
}

/** A ledger in memory, with the same behaviour as the one in DynamoDB. */
export function createMemoryLedger(limits: SpendingLimits): Ledger {
  const owners = new Map<string, Map<number, Day>>();
  const find = ({ owner, atMs }: Reservation): Day => {
    const day = dayOf(atMs);
    const found = owners.get(owner)?.get(day);
    return found ?? { ...noSpending, day, emptyAtMs: 0, open: new Set() };
  };
  const save = ({ owner }: Reservation, account: Day): void => {
    const days = owners.get(owner) ?? new Map<number, Day>();
    owners.set(owner, days.set(account.day, account));
  };
  return {
    async reserve(reservation) {
      const account = find(reservation);
      const { turnId, atMs, max } = reservation;
      if (account.open.has(turnId)) return;
      const refusal = limitError(account, reservation, limits);
      if (refusal !== undefined) throw refusal;
      save(reservation, {
        ...account,
        ...addSpending(account, max),
        emptyAtMs: Math.max(account.emptyAtMs, atMs) + requestBucket(limits).stepMs,
        open: new Set([...account.open, turnId]),
      });
    },
    async settle(reservation, spent) {
      const account = find(reservation);
      const { turnId, max } = reservation;
      if (!account.open.has(turnId)) return;
      const open = new Set(account.open);
      open.delete(turnId);
      save(reservation, {
        ...account,
        ...addSpending(account, subtractSpending(spent, max)),
        open,
      });
    },
    async days(owner, max) {
      const days = [...(owners.get(owner)?.values() ?? [])];
      return days
        .toSorted((one, other) => other.day - one.day)
        .slice(0, max)
        .map(({ day, turns, tokens, nanoUsd }) => ({ day, turns, tokens, nanoUsd }));
    },
  };
}
