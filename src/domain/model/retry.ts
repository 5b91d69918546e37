import type { Clock } from '#domain/clock.ts';
import { toChatError } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';

/** Returns a number from 0 up to, but not including, 1. */
export type Random = () => number;

const limits = { attempts: 3, delayMs: 8_000, totalMs: 15_000 };
const firstDelayMs = 200;

/** A tenth of all requests may be retried; a new environment may retry a few at once. */
const budget = { perRequest: 0.1, initial: 3, max: 10 };

/**
 * Returns a model that retries a transient error, after a random delay, until the answer has
 * begun. After that, the error goes to the reader. If most calls fail, retries only add load, so
 * the budget runs out and they stop.
 */
export function withRetry(
  model: Model,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Model {
  let retriesLeft = budget.initial;
  return {
    async *stream(request, signal) {
      retriesLeft = Math.min(budget.max, retriesLeft + budget.perRequest);
      const startedAtMs = clock.now();
      for (let attempt = 1; ; attempt += 1) {
        try {
          yield* model.stream(request, signal);
          return;
        } catch (error) {
          const { isTransient, hasOutput } = toChatError(error);
          const delayMs = random() * Math.min(limits.delayMs, firstDelayMs * 2 ** attempt);
          const isLate = clock.now() + delayMs - startedAtMs > limits.totalMs;
          const isLast = attempt === limits.attempts || retriesLeft < 1 || isLate;
          if (hasOutput || !isTransient || isLast) throw error;
          retriesLeft -= 1;
          request.observer?.onRetry();
          await clock.sleep(delayMs, signal);
          signal.throwIfAborted();
        }
      }
    },
  };
}
