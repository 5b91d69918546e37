import { ChatError } from '#domain/errors.ts';

/** Watches a wait, and only the wait: time that the reader takes is not the model's. */
export interface Watchdog {
  /** Something is being waited for from now on. */
  wait(): void;
  /** It has come. */
  rest(): void;
  stop(): void;
}

export interface Patience {
  /** How long the first event may take. */
  readonly firstEventMs: number;
  /** How long any later one may take. */
  readonly idleMs: number;
}

/** Calls `bark` once when a wait outlasts the patience; the first wait has its own. */
export function createWatchdog(patience: Patience, bark: (error: ChatError) => void): Watchdog {
  let limitMs = patience.firstEventMs;
  let waitingSince: number | undefined;
  // One timer that looks now and then costs nothing per event, unlike one timer for each.
  const everyMs = Math.max(5, Math.min(patience.firstEventMs, patience.idleMs) / 20);
  const timer = setInterval(() => {
    if (waitingSince === undefined || performance.now() - waitingSince < limitMs) return;
    clearInterval(timer);
    bark(new ChatError('model_unavailable', 'The model fell silent.'));
  }, everyMs);
  return {
    wait() {
      waitingSince = performance.now();
    },
    rest() {
      waitingSince = undefined;
      limitMs = patience.idleMs;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
