import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';

const probe = await readFile(join(import.meta.dirname, 'probe.js'), 'utf8');

/** A page under measurement. */
export interface Subject {
  readonly name: string;
  /** Where its chat is. */
  readonly url: string;
}

/** Opens an empty page with the probe in it. */
async function openPage(browser: Browser): Promise<{ page: Page; session: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(probe);
  const session = await context.newCDPSession(page);
  // Script time is the time of the thread: what else the machine does is not the page's.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return { page, session };
}

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((each) => each.name === name)?.value ?? Number.NaN;
}

async function collectedHeap(session: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage');
  return (await metric(session, 'JSHeapUsedSize')) / 1e6;
}

interface Seen {
  readonly arrived: readonly (number | null)[];
  readonly painted: readonly (number | null)[];
  readonly longTasks: readonly { readonly startTime: number; readonly duration: number }[];
  readonly inputDelays: readonly number[];
  /** The time that the probe took itself. */
  readonly ownMs: number;
}

const readProbe = (page: Page): Promise<Seen> => page.evaluate('globalThis.probe');

/** The script that a first visit transfers until the page can be used, compressed, in KB. */
export async function measureLoad(browser: Browser, { url }: Subject): Promise<Figures> {
  const { page, session } = await openPage(browser);
  await session.send('Network.enable');
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'load' });
  await page.evaluate('new Promise((resolve) => requestIdleCallback(resolve))');
  await page.context().close();
  return { 'JavaScript of the first load, KB': bytes / 1_000 };
}

/** Figures by their names. */
export type Figures = Readonly<Record<string, number>>;

/** What a long answer costs while it streams and a reader types. */
export async function measureAnswer(
  browser: Browser,
  { url }: Subject,
  timeoutMs: number,
): Promise<Figures> {
  const { page, session } = await openPage(browser);
  await page.goto(url, { waitUntil: 'networkidle' });
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('Write');
  const before = await metric(session, 'ScriptDuration');
  await page.evaluate('globalThis.probe.longTasks.length = 0');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.answer').getByText('m1', { exact: false }).first().waitFor();
  await field.focus();
  const isWhole =
    "document.querySelector('.answer').textContent.length > 0 && globalThis.isWhole()";
  await page.evaluate(wholeness);
  const deadline = performance.now() + timeoutMs;
  while (!(await page.evaluate(isWhole)) && performance.now() < deadline) {
    await page.keyboard.type('a', { delay: 20 });
    await page.waitForTimeout(250);
  }
  const script = (await metric(session, 'ScriptDuration')) - before;
  const seen = await readProbe(page);
  const heap = await collectedHeap(session);
  await page.context().close();
  const waits = seen.arrived
    .flatMap((arrived, mark) => {
      const painted = seen.painted[mark];
      return typeof arrived === 'number' && typeof painted === 'number' ? [painted - arrived] : [];
    })
    .toSorted((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(share * (waits.length - 1))] ?? Number.NaN;
  return {
    'script time, s': script - seen.ownMs / 1_000,
    'arrival to paint, median, ms': at(0.5),
    'arrival to paint, p95, ms': at(0.95),
    'tasks above 50 ms': seen.longTasks.length,
    'longest task above 50 ms': Math.max(0, ...seen.longTasks.map(({ duration }) => duration)),
    'longest wait of a key, ms': Math.max(0, ...seen.inputDelays),
    'heap afterwards, MB': heap,
  };
}

/** An answer is whole when nothing has arrived for two seconds. */
const wholeness = `{
  let count = 0;
  let since = performance.now();
  globalThis.isWhole = () => {
    const arrived = globalThis.probe.arrived.length;
    if (arrived !== count) since = performance.now();
    count = arrived;
    return performance.now() - since > 2000;
  };
}`;

/** How long a conversation of 300 messages takes until its last answer is painted at its place. */
export async function measureOpening(browser: Browser, { url }: Subject): Promise<Figures> {
  const { page } = await openPage(browser);
  await page.goto(url, { waitUntil: 'networkidle' });
  const link = page.locator('#conversations li').first().locator('a, button').first();
  await link.waitFor();
  // Readers look at a page before they click, and it loads what they may need.
  await page.waitForTimeout(2_000);
  const tookMs = await page.evaluate<number>(opening);
  await page.waitForTimeout(3_000);
  const { longTasks } = await readProbe(page);
  await page.context().close();
  return {
    'opening 300 messages, ms': tookMs,
    'longest task above 50 ms while opening': Math.max(
      0,
      ...longTasks.map((task) => task.duration),
    ),
  };
}

const opening = `new Promise((resolve) => {
  const link = document.querySelector('#conversations li :is(a, button)');
  globalThis.probe.longTasks.length = 0;
  const begin = performance.now();
  link.click();
  const look = () => {
    const last = [...document.querySelectorAll('.answer')].at(-1);
    const isThere = last?.textContent.includes('End of answer 149');
    const bottom = isThere ? last.getBoundingClientRect().bottom : Infinity;
    if (bottom <= innerHeight) requestAnimationFrame(() => resolve(performance.now() - begin));
    else requestAnimationFrame(look);
  };
  look();
})`;
