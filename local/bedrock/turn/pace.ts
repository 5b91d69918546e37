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

/** What is left when all waiting is done. */
export type PacedEvent = AnswerEvent | WireEvent;

const atOnce: Pace = { ttftMs: 0, tokensPerSecond: 0, jitter: 0 };

export interface PacingOptions {
  readonly pace: Pace;
  readonly clock: Clock;
  /** Whether the source takes its own time, which is then measured. */
  readonly isLive: boolean;
  readonly signal: AbortSignal;
  /** When the request came in, by the clock. */
  readonly startedAt: number;
  readonly seed: string;
}

/**
 * Gives the events when they are due, those that are due together in one batch. A reader that
 * falls behind is not hurried afterwards by more than it has missed. Ends early, without an error,
 * when the signal is aborted. Latency is told from the schedule, so that the same answer has the
 * same figures; of a source that has its own time, from the clock.
 */
export async function* paceAnswer(
  events: SourceEvents,
  { clock, isLive, signal, startedAt, ...pacing }: PacingOptions,
): AsyncGenerator<readonly PacedEvent[], void, undefined> {
  const iterator =
    Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  const pace = isLive ? atOnce : pacing.pace;
  const schedule = createSchedule(pace, pacing.seed);
  let batch: PacedEvent[] = [];
  try {
    for (;;) {
      const next = iterator.next();
      if (next instanceof Promise && holdsWords(batch)) {
        // Whatever becomes of it is met when it is awaited.
        next.catch(() => undefined);
        yield batch.splice(0);
      }
      const { value: event, done } = next instanceof Promise ? await next : next;
      if (done === true) break;
      const waitMs = schedule.dueMs(event) + startedAt - clock.now();
      if (waitMs > 1 && holdsWords(batch)) yield batch.splice(0);
      if (waitMs > 1) await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      if (event.type === 'wait' || event.type === 'pace') continue;
      batch.push(
        event.type === 'end'
          ? schedule.measured(event, isLive ? clock.now() - startedAt : undefined)
          : event,
      );
      if (batch.length >= 256) yield batch.splice(0);
    }
    if (batch.length > 0) yield batch;
  } finally {
    await iterator.return?.();
  }
}

/** The beginning of an answer is held until its first words are due. */
function holdsWords(batch: readonly PacedEvent[]): boolean {
  return batch.some(({ type }) => !['start', 'block-start', 'fragment'].includes(type));
}

type EndEvent = Extract<AnswerEvent, { type: 'end' }>;

interface Schedule {
  /** When an event is due, in milliseconds from the request. */
  dueMs(event: SourceEvent): number;
  measured(event: EndEvent, elapsedMs: number | undefined): EndEvent;
}

function createSchedule(initial: Pace, seed: string): Schedule {
  let pace = initial;
  let due = 0;
  let firstMs: number | undefined;
  let gapMs = 0;
  let random: (() => number) | undefined;
  const wobble = (): number => {
    if (pace.jitter === 0) return 1;
    random ??= seededRandom(seed);
    return 1 + pace.jitter * (random() / 2 ** 23 - 1);
  };
  return {
    dueMs(event) {
      if (event.type === 'pace') pace = { ...pace, ...event.pace };
      if (event.type === 'wait') due += event.ms;
      const text = wordsOf(event);
      if (text === undefined) return due;
      due += firstMs === undefined ? pace.ttftMs : gapMs;
      firstMs ??= due;
      gapMs =
        pace.tokensPerSecond === 0
          ? 0
          : (1000 * wobble() * countTokens(text)) / pace.tokensPerSecond;
      return due;
    },
    measured(event, elapsedMs) {
      const latencyMs = Math.round(elapsedMs ?? due + gapMs);
      return { ...event, latencyMs, firstByteMs: Math.min(latencyMs, Math.round(firstMs ?? due)) };
    },
  };
}

/** What an event says, where it says something. */
function wordsOf(event: SourceEvent): string | undefined {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta') return event.text;
  return event.type === 'tool-input-delta' ? event.json : undefined;
}
