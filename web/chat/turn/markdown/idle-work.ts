/** For how long pieces of work may follow each other before the page is free for its reader. */
const sliceMs = 10;

const waiting = new Set<() => void>();

/**
 * Runs a piece of work when the page has nothing better to do, and few pieces at once, so that a page
 * full of them does not freeze. Returns a function that leaves it undone.
 */
export function runWhenIdle(work: () => void): () => void {
  waiting.add(work);
  if (waiting.size === 1) schedule();
  return () => waiting.delete(work);
}

function runSlice(): void {
  const end = performance.now() + sliceMs;
  for (const work of waiting) {
    waiting.delete(work);
    work();
    if (performance.now() >= end) break;
  }
  if (waiting.size > 0) schedule();
}

/** Safari has no idle callbacks. */
function schedule(): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(runSlice, { timeout: 500 });
  else setTimeout(runSlice, 1);
}
