import type { RetryStrategyV2, RetryToken } from '@smithy/types';

/** The delay between attempts doubles up to `maxMs`. */
const delay = { firstMs: 50, maxMs: 1_000 } as const;

/** How long a request is repeated. A table that does not answer for 20 s loses nothing. */
const patienceMs = 25_000;

/**
 * Returns a strategy that repeats a request for up to 25 s while the service is busy or it is
 * unknown whether the request was executed. Only for requests that may be repeated: reads, and
 * writes that find their own effect by their condition.
 */
export function createPatientRetries(): RetryStrategyV2 {
  const untilMs = new WeakMap<RetryToken, number>();
  const issue = (count: number, delayMs: number, until: number): RetryToken => {
    const token = { getRetryCount: () => count, getRetryDelay: () => delayMs };
    untilMs.set(token, until);
    return token;
  };
  return {
    acquireInitialRetryToken: async () => issue(0, 0, performance.now() + patienceMs),
    async refreshRetryTokenForRetry(token, { errorType }) {
      const until = untilMs.get(token) ?? 0;
      const isRepeatable = errorType === 'TRANSIENT' || errorType === 'THROTTLING';
      if (!isRepeatable || performance.now() >= until) throw new Error('No further attempt');
      const count = token.getRetryCount() + 1;
      const maxDelayMs = Math.min(delay.firstMs * 2 ** count, delay.maxMs);
      return issue(count, Math.random() * maxDelayMs, until);
    },
    recordSuccess: () => undefined,
  };
}
