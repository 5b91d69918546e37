/** Limits a rate: each request takes a token. */
export interface TokenBucket {
  /** Takes a token. Returns false if there is none. */
  take(nowMs: number): boolean;
}

/** Creates a token bucket with a capacity of `burst`, refilled at `rate` tokens per second. */
export function createTokenBucket(
  { rate, burst }: { readonly rate: number; readonly burst: number },
  startMs: number,
): TokenBucket {
  let tokens = burst;
  let filledAt = startMs;
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - filledAt) / 1000) * rate);
      filledAt = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
