import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { createRawEvents, type RawEvent } from './raw-events.ts';

/** What a tab saw of an answer while it streamed. Times are in milliseconds since the request. */
export interface Arrivals {
  /** When the request was sent, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Whether the tab saw the answer from its beginning, and did not join later. */
  readonly isWhole: boolean;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** When the answer had ended; undefined while it streams. */
  readonly endMs: number | undefined;
  readonly gaps: Gaps | undefined;
  /** How often the connection was lost. */
  readonly losses: number;
  /** How many events there were; neighbours are joined in `events`. */
  readonly eventCount: number;
  readonly events: readonly RawEvent[];
}

/** The times between two parts of an answer. */
export interface Gaps {
  readonly medianMs: number;
  readonly longestMs: number;
  /** When the longest one ended. */
  readonly longestAtMs: number;
  /** The longest gap in each of the equal spans of time that the answer took. */
  readonly bins: readonly number[];
}

/** Records when the parts of an answer arrive, in a few kilobytes however long it is. */
export interface ArrivalRecorder {
  add(event: TurnEvent): void;
  /** Records that the connection was lost, or that it is there again. */
  addConnection(isLost: boolean): void;
  end(): void;
  /** Changes with everything that is recorded. */
  readonly version: number;
  arrivals(): Arrivals;
}

/** Parts that arrive together, in one piece of the network, are one arrival. */
const togetherMs = 1;

/** Begins to record. `now` is a clock in milliseconds that never goes back. */
export function recordArrivals(
  isWhole: boolean,
  now: () => number = () => performance.now(),
): ArrivalRecorder {
  const startedAt = now();
  const startedAtMs = Date.now();
  const events = createRawEvents();
  const gaps = new GapCounter();
  let [firstMs, lastMs, endMs]: (number | undefined)[] = [];
  let [losses, version] = [0, 0];
  const add = (type: string, atMs: number, content: string): void => {
    events.add(type, atMs, content);
    version += 1;
  };
  return {
    add(event) {
      const atMs = now() - startedAt;
      const text = deltaText(event);
      if (text !== undefined) {
        firstMs ??= atMs;
        if (lastMs !== undefined) gaps.add(atMs - lastMs, atMs - firstMs, atMs);
        lastMs = atMs;
      }
      add(event.type, atMs, text ?? describe(event));
    },
    addConnection(isLost) {
      if (isLost) losses += 1;
      add(isLost ? 'connection-lost' : 'connection-back', now() - startedAt, '');
    },
    end() {
      endMs ??= now() - startedAt;
      version += 1;
    },
    get version() {
      return version;
    },
    arrivals: () => ({
      startedAtMs,
      isWhole,
      firstMs,
      lastMs,
      endMs,
      gaps: gaps.summary(),
      losses,
      eventCount: events.count(),
      events: events.list(),
    }),
  };
}

function deltaText(event: TurnEvent): string | undefined {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta') return event.text;
  return event.type === 'tool-input-delta' ? event.json : undefined;
}

function describe(event: TurnEvent): string {
  if (event.type === 'error') return `${event.error.code}: ${event.error.message}`;
  const { type: _type, ...rest } = event;
  return Object.keys(rest).length === 0 ? '' : JSON.stringify(rest);
}

/** Gaps up to a second are counted by the millisecond, so that the median of them is exact. */
const countedMs = 1_000;
const maxBins = 92;
const firstBinMs = 25;

class GapCounter {
  readonly #counts = new Uint32Array(countedMs + 1);
  readonly #bins = new Float32Array(maxBins);
  #count = 0;
  #longestMs = 0;
  #longestAtMs = 0;
  /** The time that each bin stands for; it doubles when they are used up. */
  #binMs = firstBinMs;
  #lastBin = 0;

  /** Adds a gap that ended so long after the first part, and after the request. */
  add(gapMs: number, sinceFirstMs: number, atMs: number): void {
    if (gapMs < togetherMs) return;
    this.#count += 1;
    const counted = Math.min(countedMs, Math.round(gapMs));
    this.#counts[counted] = (this.#counts[counted] ?? 0) + 1;
    if (gapMs > this.#longestMs) [this.#longestMs, this.#longestAtMs] = [gapMs, atMs];
    while (sinceFirstMs >= this.#binMs * maxBins) this.#widen();
    const bin = Math.floor(sinceFirstMs / this.#binMs);
    this.#bins[bin] = Math.max(this.#bins[bin] ?? 0, gapMs);
    this.#lastBin = bin;
  }

  summary(): Gaps | undefined {
    if (this.#count === 0) return undefined;
    return {
      medianMs: this.#median(),
      longestMs: this.#longestMs,
      longestAtMs: this.#longestAtMs,
      bins: Array.from(this.#bins.subarray(0, this.#lastBin + 1)),
    };
  }

  #widen(): void {
    for (let bin = 0; bin < maxBins; bin += 1) {
      this.#bins[bin] = Math.max(this.#bins[2 * bin] ?? 0, this.#bins[2 * bin + 1] ?? 0);
    }
    this.#binMs *= 2;
  }

  #median(): number {
    let before = 0;
    return this.#counts.findIndex((each) => {
      before += each;
      return before * 2 >= this.#count;
    });
  }
}
