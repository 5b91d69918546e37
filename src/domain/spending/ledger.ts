import { ChatError, type LimitName } from '#domain/errors.ts';

/** An amount that was spent or is reserved. */
export interface Spending {
  readonly turns: number;
  readonly tokens: number;
  /** Billionths of a US dollar. */
  readonly nanoUsd: number;
}

export const noSpending: Spending = { turns: 0, tokens: 0, nanoUsd: 0 };

/** The limits of each owner. Days are UTC days. */
export interface SpendingLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerDay: number;
  readonly nanoUsdPerDay: number;
}

/** Identifies a reservation. */
export interface ReservationKey {
  readonly owner: string;
  readonly turnId: string;
  readonly atMs: number;
}

/** An amount that is reserved for a turn before its model is asked. */
export interface Reservation extends ReservationKey {
  /** The most that the turn can spend. */
  readonly max: Spending;
}

export interface DaySpending extends Spending {
  /** Days since 1970. */
  readonly day: number;
}

/** The reservations of turns whose workers may be gone. */
export interface Reservations {
  /**
   * Closes the reservation of a turn that nobody runs: it counts as spent, and a late worker can
   * neither reserve nor settle it. Returns what counts for the turn, in billionths of a US dollar;
   * 0 if nothing was reserved, so that no model was asked.
   */
  close(key: ReservationKey): Promise<number>;
  /** Replaces what a closed reservation counts by `nanoUsd`. Repeating the call changes nothing. */
  correct(key: ReservationKey, nanoUsd: number): Promise<void>;
}

/** Records the spending of owners and enforces their limits. */
export interface Ledger extends Reservations {
  /**
   * Reserves the most that a turn can spend. Repeating the call changes nothing. Throws
   * `quota_exceeded` if the reservation exceeds a limit of the owner, and `conflict` if it was
   * closed or settled.
   */
  reserve(reservation: Reservation): Promise<void>;
  /** Replaces a reservation by what was spent. Repeating the call changes nothing. */
  settle(reservation: Reservation, spent: Spending): Promise<void>;
  /**
   * Returns an owner's spending for each day, including reservations, newest first; at most `max`
   * days.
   */
  days(owner: string, max: number): Promise<readonly DaySpending[]>;
}

const dayMs = 86_400_000;

/** Returns the day of a time, in days since 1970. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / dayMs);
}

/**
 * Returns the limit of requests per minute as a leaky bucket. Each request moves the time at which
 * the bucket is empty by `stepMs`. A request is admitted if that time is at most `depthMs` ahead.
 */
export function requestBucket({ requestsPerMinute }: SpendingLimits): {
  readonly stepMs: number;
  readonly depthMs: number;
} {
  const stepMs = Math.floor(60_000 / requestsPerMinute);
  return { stepMs, depthMs: stepMs * (requestsPerMinute - 1) };
}

/** An owner's spending today, and the state of their request bucket. */
export interface Account extends Spending {
  /** When the request bucket is empty. */
  readonly emptyAtMs: number;
}

/** Returns the error for a reservation that exceeds a limit; undefined if it exceeds none. */
export function limitError(
  account: Account,
  { atMs, max }: Reservation,
  limits: SpendingLimits,
): ChatError | undefined {
  const tomorrowMs = (dayOf(atMs) + 1) * dayMs;
  const waitMs = account.emptyAtMs - requestBucket(limits).depthMs - atMs;
  if (max.tokens > limits.tokensPerDay || max.nanoUsd > limits.nanoUsdPerDay) {
    const limit = max.tokens > limits.tokensPerDay ? 'tokensPerDay' : 'usdPerDay';
    return quotaExceeded(limit, 'This request may cost more than the daily limit.');
  }
  if (account.tokens + max.tokens > limits.tokensPerDay) {
    return quotaExceeded(
      'tokensPerDay',
      'The token limit for today is used up.',
      tomorrowMs - atMs,
    );
  }
  if (account.nanoUsd + max.nanoUsd > limits.nanoUsdPerDay) {
    return quotaExceeded('usdPerDay', 'The budget for today is used up.', tomorrowMs - atMs);
  }
  if (waitMs > 0)
    return quotaExceeded('requestsPerMinute', 'Too many requests in a minute.', waitMs);
  return undefined;
}

/** Without a time to wait, the same request never succeeds. */
function quotaExceeded(limit: LimitName, message: string, waitMs?: number): ChatError {
  const retryAfterSeconds = waitMs === undefined ? undefined : Math.ceil(waitMs / 1_000);
  return new ChatError('quota_exceeded', message, { retryAfterSeconds, limit });
}

/** Returns the first amount minus the second. */
export function subtractSpending(one: Spending, other: Spending): Spending {
  return {
    turns: one.turns - other.turns,
    tokens: one.tokens - other.tokens,
    nanoUsd: one.nanoUsd - other.nanoUsd,
  };
}

/** Returns the sum of two amounts. */
export function addSpending(one: Spending, other: Spending): Spending {
  return {
    turns: one.turns + other.turns,
    tokens: one.tokens + other.tokens,
    nanoUsd: one.nanoUsd + other.nanoUsd,
  };
}
