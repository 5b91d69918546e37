import type { Clock } from '#local/process/clock.ts';

/** Which door an answer goes through: each has its own pace. */
export type ShapedService = 'lambda' | 'api-gateway';

/** Gives a streamed body at the pace, and with the limit, that AWS has for it. */
export type Shaping = (body: AsyncIterable<Buffer>, door: ShapedService) => AsyncIterable<Buffer>;

const mebibyte = 1024 * 1024;

/** Lambda fills its bucket eight times a second (runtime interface emulator). */
const tickMs = 125;

/**
 * How much may go at once, and then a second: Lambda's bucket of 6 MiB is filled by 2 MiB/s, and
 * API Gateway lets 10 MB pass first.
 */
const paces = {
  lambda: { burst: 6 * mebibyte, perTick: (2 * mebibyte * tickMs) / 1000 },
  'api-gateway': { burst: 10_000_000, perTick: (2_000_000 * tickMs) / 1000 },
};

/** The largest streamed answer. */
const maxStreamedBytes = 200 * mebibyte;

/** Bodies as they come, held only to the largest size. */
export const unshaped: Shaping = (body) => limited(body);

/** Bodies at AWS's pace. */
export function createShaping(clock: Clock): Shaping {
  return (body, door) => paced(limited(body), { ...paces[door], clock });
}

/** An answer that is too large breaks off. */
async function* limited(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > maxStreamedBytes) throw new Error('Function.ResponseSizeTooLarge');
    yield chunk;
  }
}

interface Pace {
  readonly burst: number;
  readonly perTick: number;
  readonly clock: Clock;
}

async function* paced(
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
