/** Limits how many environments start at the same time. */
export interface StartGate {
  /** Resolves when `owner` may start an environment. Releasing the slot admits the next one. */
  enter(owner: object): Promise<{ release(): void }>;
}

export interface StartGateSettings {
  /** How many environments may start at once. */
  readonly slots: number;
  /**
   * After this time, a slot is free again although its environment is still starting: it waits for
   * something else than the processor.
   */
  readonly maxHoldMs: number;
}

/**
 * Creates a gate. Owners that wait are admitted in turns, so that a function with many cold starts
 * does not delay those of another one.
 */
export function createStartGate({ slots, maxHoldMs }: StartGateSettings): StartGate {
  const waiting = new Map<object, (() => void)[]>();
  let free = slots;
  const admitNext = (): void => {
    const [next] = waiting;
    if (next === undefined || free === 0) return;
    const [owner, queue] = next;
    const admit = queue.shift();
    // The owner goes to the end of the line.
    waiting.delete(owner);
    if (queue.length > 0) waiting.set(owner, queue);
    free -= 1;
    admit?.();
  };
  const openSlot = (): { release(): void } => {
    const release = once(() => {
      clearTimeout(timer);
      free += 1;
      admitNext();
    });
    const timer = setTimeout(release, maxHoldMs);
    return { release };
  };
  return {
    async enter(owner) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(owner, [...(waiting.get(owner) ?? []), resolve]);
      admitNext();
      await promise;
      return openSlot();
    },
  };
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    run();
  };
}
