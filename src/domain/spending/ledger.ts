import { ChatError } from '#domain/errors.ts';

/** What was spent, or is set aside. */
export interface Spending {
  readonly turns: number;
  readonly tokens: number;
  /** Billionths of a US dollar. */
  readonly nanoUsd: number;
}

export const nothingSpent: Spending = { turns: 0, tokens: 0, nanoUsd: 0 };

/** What each owner may spend. A day is one of UTC. */
export interface SpendingLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerDay: number;
  readonly nanoUsdPerDay: number;
}

/** What is set aside for a turn before its model is asked. */
export interface Reservation {
  readonly owner: string;
  readonly turnId: string;
  readonly atMs: number;
  /** What the turn can take at most. */
  readonly max: Spending;
}

export interface DaySpending extends Spending {
  /** Days since 1970. */
  readonly day: number;
}

/** Keeps what owners spend, and keeps them from spending more than they may. */
export interface Ledger {
  /**
   * Sets aside what a turn can take at most; the same reservation again changes nothing. Throws
   * `quota_exceeded` where the owner has no room for it.
   */
  reserve(reservation: Reservation): Promise<void>;
  /** Puts what a turn took in the place of what was set aside; a second time changes nothing. */
  settle(reservation: Reservation, spent: Spending): Promise<void>;
  /** What an owner spent, what is set aside included: a day each, the newest first. */
  days(owner: string, max: number): Promise<readonly DaySpending[]>;
}

const dayMs = 86_400_000;

/** The day of a time, in days since 1970. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / dayMs);
}

/**
 * A minute's requests as a bucket that empties evenly: each adds `stepMs` to the time at which it
 * is empty, which may lie `depthMs` ahead before one more is let in.
 */
export function bucketOf({ requestsPerMinute }: SpendingLimits): {
  readonly stepMs: number;
  readonly depthMs: number;
} {
  const stepMs = Math.floor(60_000 / requestsPerMinute);
  return { stepMs, depthMs: stepMs * (requestsPerMinute - 1) };
}

/** What an owner's day has come to. */
export interface Account extends Spending {
  /** When the bucket of requests is empty. */
  readonly emptyAtMs: number;
}

/** Why there is no room for a reservation; undefined where there is. */
export function refusalOf(
  account: Account,
  { atMs, max }: Reservation,
  limits: SpendingLimits,
): ChatError | undefined {
  const tomorrowMs = (dayOf(atMs) + 1) * dayMs;
  const waitMs = account.emptyAtMs - bucketOf(limits).depthMs - atMs;
  if (max.tokens > limits.tokensPerDay || max.nanoUsd > limits.nanoUsdPerDay) {
    return new ChatError('quota_exceeded', 'This request may take more than a day has room for.');
  }
  if (account.tokens + max.tokens > limits.tokensPerDay) {
    return exceeded('The tokens of this day are used up.', tomorrowMs - atMs);
  }
  if (account.nanoUsd + max.nanoUsd > limits.nanoUsdPerDay) {
    return exceeded('The budget of this day is used up.', tomorrowMs - atMs);
  }
  if (waitMs > 0) return exceeded('Too many requests in a minute.', waitMs);
  return undefined;
}

function exceeded(message: string, waitMs: number): ChatError {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return new ChatError('quota_exceeded', message, { retryAfterSeconds });
}

/** The difference that settling makes. */
export function difference(spent: Spending, max: Spending): Spending {
  return {
    turns: spent.turns - max.turns,
    tokens: spent.tokens - max.tokens,
    nanoUsd: spent.nanoUsd - max.nanoUsd,
  };
}

export function sum(one: Spending, other: Spending): Spending {
  return {
    turns: one.turns + other.turns,
    tokens: one.tokens + other.tokens,
    nanoUsd: one.nanoUsd + other.nanoUsd,
  };
}
