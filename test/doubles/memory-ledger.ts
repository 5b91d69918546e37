import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import {
  requestBucket,
  dayOf,
  subtractSpending,
  noSpending,
  limitError,
  addSpending,
  type Account,
  type Ledger,
  type ReservationKey,
  type SpendingLimits,
} from '#domain/spending/ledger.ts';

interface Day extends Account {
  readonly day: number;
  /** What is reserved for each turn. */
  readonly open: ReadonlyMap<string, number>;
  readonly settled: ReadonlyMap<string, number>;
}

/** A ledger in memory, with the same behaviour as the one in DynamoDB. */
export function createMemoryLedger(limits: SpendingLimits): Ledger {
  const owners = new Map<string, Map<number, Day>>();
  const find = ({ owner, atMs }: ReservationKey): Day => {
    const day = dayOf(atMs);
    const found = owners.get(owner)?.get(day);
    return found ?? { ...noSpending, day, emptyAtMs: 0, open: new Map(), settled: new Map() };
  };
  const save = ({ owner }: ReservationKey, account: Day): void => {
    const days = owners.get(owner) ?? new Map<number, Day>();
    owners.set(owner, days.set(account.day, account));
  };
  return {
    async reserve(reservation) {
      const account = find(reservation);
      const { turnId, atMs, max } = reservation;
      if (account.open.has(turnId)) return;
      if (account.settled.has(turnId)) throw turnAlreadyEnded();
      const refusal = limitError(account, reservation, limits);
      if (refusal !== undefined) throw refusal;
      save(reservation, {
        ...account,
        ...addSpending(account, max),
        emptyAtMs: Math.max(account.emptyAtMs, atMs) + requestBucket(limits).stepMs,
        open: new Map([...account.open, [turnId, max.nanoUsd]]),
      });
    },
    async settle(reservation, spent) {
      const account = find(reservation);
      const { turnId, max } = reservation;
      if (!account.open.has(turnId)) return;
      const open = new Map(account.open);
      open.delete(turnId);
      save(reservation, {
        ...account,
        ...addSpending(account, subtractSpending(spent, max)),
        open,
        settled: new Map([...account.settled, [turnId, spent.nanoUsd]]),
      });
    },
    async close(key) {
      const account = find(key);
      const { turnId } = key;
      const nanoUsd = account.settled.get(turnId) ?? account.open.get(turnId) ?? 0;
      const open = new Map(account.open);
      open.delete(turnId);
      save(key, { ...account, open, settled: new Map([...account.settled, [turnId, nanoUsd]]) });
      return nanoUsd;
    },
    async correct(key, nanoUsd) {
      const account = find(key);
      const closed = account.settled.get(key.turnId);
      if (closed === undefined) return;
      save(key, {
        ...account,
        nanoUsd: account.nanoUsd + nanoUsd - closed,
        settled: new Map([...account.settled, [key.turnId, nanoUsd]]),
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
