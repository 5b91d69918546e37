import type {
  AnswerEvent,
  SourceEvents,
  Pace,
  SourceEvent,
  WireEvent,
} from '#local/bedrock/turn/answer.ts';
import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import type { Clock } from '#local/process/clock.ts';

export const defaultPace: Pace = { ttftMs: 350, tokensPerSecond: 80, jitter: 0 };

/** An event that remains after pacing has consumed the waits and pace changes. */
export type PacedEvent = AnswerEvent | WireEvent;

const immediate: Pace = { ttftMs: 0, tokensPerSecond: 0, jitter: 0 };

export interface PacingOptions {
  readonly pace: Pace;
  readonly clock: Clock;
  /** Whether the source takes real time. Latency is then measured and not computed. */
  readonly isLive: boolean;
  readonly signal: AbortSignal;
  /** When the request arrived, by the clock. */
  readonly startedAt: number;
  /** Seeds the jitter, so that the same turn always has the same pace. */
  readonly seed: string;
}

/**
 * Yields the events when they are due. Events that are due together come in one batch. A reader
 * that falls behind gets the missed events at once, and later ones on schedule. Ends early, without
 * an error, when the signal is aborted. Latency is computed from the schedule, so that the same
 * answer has the same figures; for a live source it is measured by the clock.
 */
export async function* paceAnswer(
  events: SourceEvents,
  { clock, isLive, signal, startedAt, ...pacing }: PacingOptions,
): AsyncGenerator<readonly PacedEvent[], void, undefined> {
  const iterator =
    Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  const pace = isLive ? immediate : pacing.pace;
  const schedule = createSchedule(pace, pacing.seed);
  let batch: PacedEvent[] = [];
  // The clock only goes forward: what was due by an earlier look is due.
  let seenMs = -Infinity;
  try {
    for (;;) {
      const next = iterator.next();
      if (next instanceof Promise && hasOutput(batch)) {
        // A rejection is handled where the promise is awaited, below.
        next.catch(() => undefined);
        yield batch.splice(0);
      }
      const { value: event, done } = next instanceof Promise ? await next : next;
      if (done === true) break;
      const dueMs = schedule.dueMs(event) + startedAt;
      if (dueMs > seenMs) seenMs = clock.now();
      const waitMs = dueMs - seenMs;
      if (waitMs > 1 && hasOutput(batch)) yield batch.splice(0);
      if (waitMs > 1) await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      if (event.type === 'wait' || event.type === 'pace') continue;
      batch.push(
        event.type === 'end'
          ? schedule.withLatency(event, isLive ? clock.now() - startedAt : undefined)
          : event,
      );
      if (batch.length >= 256) yield batch.splice(0);
    }
    if (batch.length > 0) yield batch;
  } finally {
    await iterator.return?.();
  }
}

/** Start events on their own are not sent before the first output is due. */
function hasOutput(batch: readonly PacedEvent[]): boolean {
  return batch.some(({ type }) => !['start', 'block-start', 'fragment'].includes(type));
}

type EndEvent = Extract<AnswerEvent, { type: 'end' }>;

interface Schedule {
  /** Returns when an event is due, in milliseconds after the request. */
  dueMs(event: SourceEvent): number;
  /** Sets the latency, which is `elapsedMs` if it was measured. */
  withLatency(event: EndEvent, elapsedMs: number | undefined): EndEvent;
}

function createSchedule(initial: Pace, seed: string): Schedule {
  let pace = initial;
  let due = 0;
  let firstMs: number | undefined;
  let gapMs = 0;
  let random: (() => number) | undefined;
  const jitterFactor = (): number => {
    if (pace.jitter === 0) return 1;
    random ??= seededRandom(seed);
    return 1 + pace.jitter * (random() / 2 ** 23 - 1);
  };
  return {
    dueMs(event) {
      if (event.type === 'pace') pace = { ...pace, ...event.pace };
      if (event.type === 'wait') due += event.ms;
      const text = generatedText(event);
      if (text === undefined) return due;
      due += firstMs === undefined ? pace.ttftMs : gapMs;
      firstMs ??= due;
      gapMs =
        pace.tokensPerSecond === 0
          ? 0
          : (1000 * jitterFactor() * countTokens(text)) / pace.tokensPerSecond;
      return due;
    },
    withLatency(event, elapsedMs) {
      const latencyMs = Math.round(elapsedMs ?? due + gapMs);
      return { ...event, latencyMs, firstByteMs: Math.min(latencyMs, Math.round(firstMs ?? due)) };
    },
  };
}

/** Returns the text that an event adds to the answer, if it adds any. */
function generatedText(event: SourceEvent): string | undefined {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta') return event.text;
  return event.type === 'tool-input-delta' ? event.json : undefined;
}
