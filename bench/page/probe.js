/*
 * Runs in a page before its own scripts. It notes when the marks of an answer arrive and when they are
 * painted, which tasks are long, how long the input of a reader waits, and how long it took itself.
 */

/** Returns the number of the last mark that the page shows. The cells of a table have no spaces between. */
function lastMark() {
  const answer = [...document.querySelectorAll('.answer')].at(-1);
  const tail = [...(answer?.children ?? [])].slice(-12).map(({ textContent }) => textContent);
  const marks = [...tail.join(' ').matchAll(/m(\d+)/gu)].map(([, mark]) => Number(mark));
  return Math.max(0, ...marks);
}

{
  const probe = { arrived: [], painted: [], longTasks: [], inputDelays: [], ownMs: 0 };
  globalThis.probe = probe;

  const decoder = new TextDecoder();
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function readAndNote(...options) {
    const result = await read.apply(this, options);
    if (!(result.value instanceof Uint8Array)) return result;
    const now = performance.now();
    for (const [, mark] of decoder.decode(result.value).matchAll(/ m(\d+) /gu)) {
      probe.arrived[mark] ??= now;
    }
    probe.ownMs += performance.now() - now;
    return result;
  };

  let shown = 0;
  const afterPaint = new MessageChannel();
  let pending = 0;
  afterPaint.port1.addEventListener('message', () => {
    const now = performance.now();
    for (; shown < pending; shown += 1) probe.painted[shown + 1] = now;
  });
  afterPaint.port1.start();
  const onFrame = () => {
    const begin = performance.now();
    pending = Math.max(pending, lastMark());
    if (pending > shown) afterPaint.port2.postMessage('');
    requestAnimationFrame(onFrame);
    probe.ownMs += performance.now() - begin;
  };
  requestAnimationFrame(onFrame);

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      probe.longTasks.push({ startTime, duration });
    }
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, startTime, processingStart } of list.getEntries()) {
      if (name === 'keydown') probe.inputDelays.push(processingStart - startTime);
    }
  }).observe({ type: 'event', durationThreshold: 16 });
}
