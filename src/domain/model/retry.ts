import type { Clock } from '#domain/clock.ts';
import { toChatError } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

export interface Chance {
  /** A number from 0 up to, and without, 1. */
  random(): number;
}

const max = { attempts: 3, waitMs: 8_000, inAllMs: 15_000 };
const firstWaitMs = 200;

/** Of what is asked, a tenth may be asked again; a few times are there from the beginning. */
const budget = { perRequest: 0.1, atFirst: 3, max: 10 };

/**
 * A model that is asked again, after a random wait, when it fails before its first word in a way
 * that may pass. Once a word was said the failure is the reader's to know. When most calls fail,
 * trying again only adds to the load, and stops.
 */
export function withRetry(
  model: Model,
  { clock, chance }: { readonly clock: Clock; readonly chance: Chance },
): Model {
  let allowed = budget.atFirst;
  return {
    async *stream(request, signal) {
      allowed = Math.min(budget.max, allowed + budget.perRequest);
      const startedAtMs = clock.now();
      for (let attempt = 1; ; attempt += 1) {
        const progress = { hasSpoken: false };
        try {
          yield* trackFirstEvent(model.stream(request, signal), progress);
          return;
        } catch (error) {
          const { isTransient } = toChatError(error);
          const waitMs = chance.random() * Math.min(max.waitMs, firstWaitMs * 2 ** attempt);
          const isLate = clock.now() + waitMs - startedAtMs > max.inAllMs;
          const isLast = attempt === max.attempts || allowed < 1 || isLate;
          if (progress.hasSpoken || !isTransient || isLast) throw error;
          allowed -= 1;
          await clock.sleep(waitMs, signal);
          signal.throwIfAborted();
        }
      }
    },
  };
}

/** A stream of which is noted that it has begun. */
export async function* trackFirstEvent(
  events: AsyncIterable<StreamEvent>,
  progress: { hasSpoken: boolean },
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const event of events) {
    progress.hasSpoken = true;
    yield event;
  }
}
