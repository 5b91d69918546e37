/** The shortest time between two updates: every second frame of most screens. */
const intervalMs = 30;

/** How long before a frame begins it is requested. */
const leadMs = 8;

export interface FrameUpdates {
  /** Updates before the browser paints next, unless it has just done so. */
  request(): void;
  cancel(): void;
}

/**
 * Calls `update` at most once in an interval, and just before the browser paints, so that what has
 * arrived is seen in the same frame. A page that is not seen is updated when it is seen again.
 */
export function createFrameUpdates(update: () => void): FrameUpdates {
  let isRequested = false;
  let lastMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  const requestFrame = (): void => {
    frame = requestAnimationFrame((now) => {
      isRequested = false;
      lastMs = now;
      update();
    });
  };
  return {
    request() {
      if (isRequested) return;
      isRequested = true;
      const waitMs = lastMs + intervalMs - leadMs - performance.now();
      if (waitMs <= 0) requestFrame();
      else timer = setTimeout(requestFrame, waitMs);
    },
    cancel() {
      isRequested = false;
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    },
  };
}
