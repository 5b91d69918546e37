import { ChatError } from '#domain/errors.ts';

/** Measures only the time spent waiting for the model, not the time that the reader takes. */
export interface Watchdog {
  /** Starts to measure: the model is waited for. */
  start(): void;
  /** Pauses: the model has sent something. */
  pause(): void;
  stop(): void;
}

/** The maximum time that a stream may be silent. */
export interface StreamTimeouts {
  /** The maximum wait for the first event. */
  readonly firstEventMs: number;
  /** The maximum wait for each later event. */
  readonly idleMs: number;
}

/** Calls `onTimeout` once, with the error, if a wait exceeds its timeout. */
export function createWatchdog(
  timeouts: StreamTimeouts,
  onTimeout: (error: ChatError) => void,
): Watchdog {
  let limitMs = timeouts.firstEventMs;
  let waitingSince: number | undefined;
  // One interval costs nothing per event, unlike a timer for each event.
  const intervalMs = Math.max(5, Math.min(timeouts.firstEventMs, timeouts.idleMs) / 20);
  const timer = setInterval(() => {
    if (waitingSince === undefined || performance.now() - waitingSince < limitMs) return;
    clearInterval(timer);
    onTimeout(new ChatError('model_unavailable', 'The model stopped responding.'));
  }, intervalMs);
  return {
    start() {
      waitingSince = performance.now();
    },
    pause() {
      waitingSince = undefined;
      limitMs = timeouts.idleMs;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
