/** Time, as far as the domain waits for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when the time has passed, or the signal is aborted, whichever is first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
