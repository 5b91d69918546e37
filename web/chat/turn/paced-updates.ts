/** The shortest time between two updates: less than two frames of most screens. */
const intervalMs = 28;

export interface PacedUpdates {
  /** Updates soon: at once, unless there has been an update just before. */
  request(): void;
  cancel(): void;
}

/**
 * Calls `update` for what was requested, at most once in an interval. It is a task of its own before a
 * frame begins, so that what it renders is in that frame.
 */
export function createPacedUpdates(update: () => void): PacedUpdates {
  let lastMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    timer = undefined;
    lastMs = performance.now();
    update();
  };
  return {
    request() {
      timer ??= setTimeout(run, Math.max(0, lastMs + intervalMs - performance.now()));
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
