import { maxStreamedResponseBytes } from '#local/lambda/limits.ts';
import type { Clock } from '#local/process/clock.ts';

/** The service that a response passes through; each has its own rate. */
export type ShapedService = 'lambda' | 'api-gateway';

/** Limits the rate and size of a streamed body as AWS does. */
export type Shaping = (
  body: AsyncIterable<Buffer>,
  service: ShapedService,
) => AsyncIterable<Buffer>;

const mebibyte = 1024 * 1024;

/** Lambda refills its token bucket eight times a second (AWS's Runtime Interface Emulator). */
const tickMs = 125;

/**
 * Burst and refill of the token buckets, in bytes. Lambda's holds 6 MiB and refills at 2 MiB/s; API
 * Gateway's holds 10 MB and refills at 2 MB/s.
 */
const paces = {
  lambda: { burst: 6 * mebibyte, perTick: (2 * mebibyte * tickMs) / 1000 },
  'api-gateway': { burst: 10_000_000, perTick: (2_000_000 * tickMs) / 1000 },
};

/** Limits only the size of a body, not its rate. */
export const unshaped: Shaping = (body) => limitSize(body);

/** Creates a shaping with AWS's rates and size limit. */
export function createShaping(clock: Clock): Shaping {
  return (body, service) => limitRate(limitSize(body), { ...paces[service], clock });
}

/** Passes a body through. Throws when it becomes too large. */
async function* limitSize(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > maxStreamedResponseBytes) throw new Error('Function.ResponseSizeTooLarge');
    yield chunk;
  }
}

interface Pace {
  readonly burst: number;
  readonly perTick: number;
  readonly clock: Clock;
}

async function* limitRate(
  body: AsyncIterable<Buffer>,
  { burst, perTick, clock }: Pace,
): AsyncGenerator<Buffer, void, undefined> {
  let tokens = burst;
  let filledAt = clock.now();
  for await (const chunk of body) {
    let rest: Buffer = chunk;
    while (rest.length > 0) {
      const ticks = Math.floor((clock.now() - filledAt) / tickMs);
      tokens = Math.min(burst, tokens + ticks * perTick);
      filledAt += ticks * tickMs;
      if (tokens < 1) await clock.sleep(tickMs - (clock.now() - filledAt));
      else {
        const part = rest.subarray(0, Math.floor(tokens));
        tokens -= part.length;
        rest = rest.subarray(part.length);
        yield part;
      }
    }
  }
}
