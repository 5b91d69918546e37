import { setTimeout as sleep } from 'node:timers/promises';

/** How fast the simulated model answers. */
export interface Pace {
  /** From the request to the first token, in milliseconds. */
  readonly ttftMs: number;
  /** 0 says everything at once. */
  readonly tokensPerSecond: number;
}

export const defaultPace: Pace = { ttftMs: 350, tokensPerSecond: 80 };

/**
 * Gives each piece when it is due. Ends early, without an error, when the signal is aborted. A
 * reader that falls behind is not hurried afterwards by more than it has missed.
 */
export async function* paced(
  pieces: readonly string[],
  { pace, tokensPerPiece, signal }: Pacing,
): AsyncGenerator<string, void, undefined> {
  const startedAt = performance.now();
  const gapMs = pace.tokensPerSecond === 0 ? 0 : (1000 * tokensPerPiece) / pace.tokensPerSecond;
  for (const [index, piece] of pieces.entries()) {
    const waitMs = startedAt + pace.ttftMs + gapMs * index - performance.now();
    if (waitMs > 1) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    yield piece;
  }
}

export interface Pacing {
  readonly pace: Pace;
  readonly tokensPerPiece: number;
  readonly signal: AbortSignal;
}
