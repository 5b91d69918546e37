/** When a failed delivery is repeated: once for each delay. */
export interface RetryPolicy {
  /** The delay before each further attempt. */
  readonly retrySeconds: readonly number[];
}

/** Delays are lengthened by up to this part, so that failures do not return together. */
const maxJitter = 0.2;

/**
 * Returns the whole seconds until the next attempt; undefined if that was the last one.
 * `attempts` counts those so far, and `jitter` is a random number from 0 to 1.
 */
export function backoffSeconds(
  { retrySeconds }: RetryPolicy,
  attempts: number,
  jitter: number,
  atLeastSeconds = 0,
): number | undefined {
  const planned = retrySeconds[attempts - 1];
  if (planned === undefined) return undefined;
  return Math.ceil(Math.max(planned, atLeastSeconds) * (1 + jitter * maxJitter));
}
