import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTraceReceiver, type TraceReceiver } from '#local/traces/trace-receiver.ts';
import { startPage, type Page as PageServer } from '#scripts/start-page.ts';
import { expectAccessible } from '#test/browser/axe.ts';
import { usePage } from '#test/browser/use-page.ts';
import { signInAs } from '#test/browser/sign-in-as.ts';

/* The panels beside the stage: what happened behind an answer, and faults on purpose. */

let traces: TraceReceiver;
/** The page as it is elsewhere, in front of the same system. */
let deployed: PageServer;

beforeAll(async () => {
  traces = await startTraceReceiver({ log: () => undefined });
});
afterAll(() => traces.close());
const host = usePage(() => ({ traces }));
beforeAll(async () => {
  const variables = { LOCAL_SYSTEM_URL: '' };
  deployed = await startPage(host.system.state, {
    port: 0,
    watch: false,
    isBilled: true,
    variables,
  });
});
afterAll(() => deployed.close());

function openPage(
  { url }: PageServer = host.server,
  more: BrowserContextOptions = {},
): Promise<Page> {
  const viewport = { width: 1400, height: 900 };
  // Colours that change slowly have no contrast while they do.
  return host.open('/chat', { url, viewport, reducedMotion: 'reduce', ...more });
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(question);
  await page.keyboard.press('Enter');
  await page.waitForURL(/conversation=/u);
  await settles(page);
}

const settles = (page: Page): Promise<void> =>
  expect.poll(() => page.locator('.turn:not([data-state="settled"])').count()).toBe(0);

const panelOf = (page: Page): Locator => page.locator('.panel');
const badgeOf = (page: Page): Locator => page.locator('.bar .badge');
const lastAnswer = (page: Page): Locator => page.locator('.turn').last();

async function openBehind(page: Page): Promise<Locator> {
  await page.locator('.bar').getByRole('button', { name: 'Behind the answer' }).click();
  return panelOf(page);
}

/** Opens the panel of faults, and chooses one. */
async function choose(page: Page, fault: string, often = 'Next answer'): Promise<Locator> {
  const panel = panelOf(page);
  if ((await panel.count()) === 0) await badgeOf(page).click();
  await panel.getByRole('radio', { name: fault, exact: true }).check();
  await panel.getByText(often, { exact: true }).click();
  return panel;
}

const click = (panel: Locator, name: string): Promise<void> =>
  panel.getByRole('button', { name, exact: true }).click();

test('a turn that was watched has the times of the page and of the functions', async () => {
  const page = await openPage();
  await ask(page, 'Write 300 words about rivers');
  const panel = await openBehind(page);
  for (const row of ['Message stored', 'Limits checked', 'Model', 'Answer stored']) {
    await panel.getByText(row, { exact: true }).first().waitFor();
  }
  await panel.getByText('Answer arrives').waitFor();
  await panel.getByText(/^median \d+ ms · longest [\d,]+ ms$/u).waitFor();
  const details = await panel.locator('dl').last().innerText();
  expect(details).toMatch(/Model\s+us\.anthropic/u);
  expect(details).toMatch(/Stop reason\s+end_turn[^]*Retries\s+0[^]*Circuit breaker\s+Closed/u);
  await expectAccessible(page);
  await panel.getByRole('tab', { name: 'Timeline' }).press('ArrowRight');
  await panel.getByRole('list', { name: 'Raw events' }).getByText('turn-stop').waitFor();
  await expectAccessible(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await click(panel, 'Copy as JSON');
  await panel.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('"text-delta"');
  await page.keyboard.press('Escape');
  expect(await panel.count()).toBe(0);
});

test('a turn that was not watched says what is not known', async () => {
  const page = await openPage();
  await ask(page, 'Tell me about lakes');
  await page.reload();
  await page.locator('.turn .behind').click();
  const panel = panelOf(page);
  await panel.getByText('Answer stored').waitFor();
  await panel.getByText('This tab didn’t see the answer arrive').waitFor();
  expect(await panel.getByText('Answer arrives').count()).toBe(0);
  await panel.getByText('Written to cache').waitFor();
  await panel.getByRole('tab', { name: 'Raw events' }).click();
  await panel.getByText('This tab didn’t see the answer arrive').waitFor();
});

test('elsewhere the panel has what the tab saw and what is stored, and there are no faults', async () => {
  const page = await openPage(deployed);
  const called: string[] = [];
  page.on('request', (request) => called.push(request.url()));
  await ask(page, 'Tell me about seas');
  const panel = await openBehind(page);
  await panel.getByText('Answer arrives').waitFor();
  await panel.getByText('if this deployment exports traces').waitFor();
  await panel.getByText('end_turn').waitFor();
  expect(called.filter((url) => url.includes('/api/local/'))).toEqual([]);
  expect(await badgeOf(page).count()).toBe(0);
  for (const path of ['faults', 'traces?conversation=a&turn=b']) {
    expect((await page.request.get(`${deployed.url}/api/local/${path}`)).status()).toBe(404);
  }
});

test('the traces of a turn are its owner’s only, and the routes refuse what is foreign', async () => {
  const page = await openPage();
  const traced = page.waitForResponse(/\/api\/local\/traces/u);
  await ask(page, 'Tell me about ponds');
  await openBehind(page);
  const own = await traced;
  expect(own.status()).toBe(200);
  const stranger = await openPage();
  expect((await stranger.request.get(own.url())).status()).toBe(404);
  const foreign = { headers: { 'sec-fetch-site': 'cross-site' } };
  expect((await page.request.get(own.url(), foreign)).status()).toBe(403);
  const faults = `${host.server.url}/api/local/faults`;
  const read = async (): Promise<unknown> => (await page.request.get(faults)).json();
  const post = async (data: object, more: object = {}): Promise<number> =>
    (await page.request.post(faults, { data, ...more })).status();
  expect(await post({ fault: 'stall' }, foreign)).toBe(403);
  expect(await post({ fault: 'anything' })).toBe(400);
  expect(await post({ fault: 'stall', stream: [{ text: 'mine' }] })).toBe(400);
  expect(await read()).toEqual({ armed: null });
  await signInAs(page, host.system, 'demo');
  expect(await post({ fault: 'stall', repeats: true })).toBe(200);
  const stall = { armed: { fault: 'stall', repeats: true, uses: 0 } };
  expect(await read()).toMatchObject(stall);
  expect(await post({ fault: null })).toBe(200);
});

/** Each fault by its name, and how the answer ends. They are in an order that lets models recover. */
const endings = [
  ['Throttle', /busy/iu],
  ['Guardrail', /content filter|guardrail/iu],
  ['Cut connection', /cut off/iu],
  ['Truncated frame', /cut off/iu],
  ['Content filter', /content filter/iu],
  ['Timeout', /can’t be reached/iu],
  ['Stall', /You stopped this answer/u],
  ['Model unavailable', /can’t be reached/iu],
] as const;

test('each fault has its ending, and is for one answer', async () => {
  const page = await openPage();
  await page.clock.install();
  for (const [fault, ending] of endings) {
    const panel = await choose(page, fault);
    await click(panel, 'Try it');
    if (fault === 'Stall') {
      await lastAnswer(page).getByText('A river begins').waitFor();
      await panel.getByText('Stall: the current answer has it.').waitFor();
      await page.clock.runFor(5_100);
      await page
        .getByText(/^Still working/u)
        .first()
        .waitFor();
      await page.locator('.composer').getByRole('button', { name: 'Stop' }).click();
    }
    await lastAnswer(page).getByText(ending).first().waitFor();
    await panel.getByText(`${fault}: it happened.`).waitFor();
    expect(await badgeOf(page).innerText()).toBe('Local');
  }
  expect(await page.locator('.turn').count()).toBe(endings.length);
  await expectAccessible(page);
});

test('a fault for every answer is the person’s own, and is switched off after a reload', async () => {
  const page = await openPage();
  const panel = await choose(page, 'Content filter', 'Every answer');
  await click(panel, 'Arm');
  await badgeOf(page).getByText('Content filter armed').waitFor();
  const stranger = await openPage();
  await ask(stranger, 'Tell me about rivers');
  expect(await lastAnswer(stranger).innerText()).not.toMatch(/content filter/iu);
  for (const question of ['Tell me about rivers', 'Tell me about lakes']) {
    await ask(page, question);
    await lastAnswer(page)
      .getByText(/content filter/iu)
      .waitFor();
  }
  await page.reload();
  await badgeOf(page).getByText('Content filter armed').click();
  await panelOf(page).getByText('Applied to 2 calls.').waitFor();
  await click(panelOf(page), 'Switch off');
  await badgeOf(page).getByText('Local').waitFor();
  await ask(page, 'Tell me about seas');
  expect(await lastAnswer(page).innerText()).not.toMatch(/content filter/iu);
});

test('an answer goes on by itself when the network of the tab is back, and nothing is sent twice', async () => {
  const page = await openPage();
  const panel = await choose(page, 'Slow tokens');
  await click(panel, 'Try it');
  await lastAnswer(page).getByText('A river').waitFor();
  await choose(page, 'Offline', 'Until switched off');
  await click(panel, 'Arm');
  await badgeOf(page).getByText('Offline armed').waitFor();
  await page.getByText('Reconnecting…').first().waitFor();
  await click(panel, 'Switch off');
  await lastAnswer(page)
    .getByText(/^A river.*until they meet\.$/u)
    .waitFor();
  await settles(page);
  await page.clock.install();
  await choose(page, 'Offline', 'For 8 seconds');
  await click(panel, 'Try it');
  await page.getByText('Reconnecting…').first().waitFor();
  await page.clock.runFor(8_100);
  await page.getByRole('heading', { name: 'About rivers', exact: true }).waitFor();
  await settles(page);
  expect(await page.locator('.turn').count()).toBe(2);
  await openBehind(page);
  await panel.getByRole('tab', { name: 'Raw events' }).click();
  await panel.getByText('connection-lost').waitFor();
});

test('on a phone a panel covers the page, and Escape gives the focus back', async () => {
  const viewport = { width: 390, height: 844 };
  const phone = { viewport, locale: 'ja-JP', hasTouch: true, isMobile: true };
  const page = await openPage(host.server, phone);
  await badgeOf(page).click();
  const panel = panelOf(page);
  await panel.getByRole('radio', { name: 'ガードレール' }).check();
  await panel.getByRole('button', { name: '設定' }).click();
  await panel.getByText('次の回答で発生します。').waitFor();
  await expectAccessible(page);
  expect(await panel.boundingBox()).toEqual({ x: 0, y: 0, ...viewport });
  expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(390);
  await panel.getByRole('button', { name: 'お試し' }).click();
  await panel.waitFor({ state: 'detached' });
  await lastAnswer(page)
    .getByText(/フィルター|ガードレール/u)
    .waitFor();
  await page.locator('.turn .behind').click();
  await panel.getByText('guardrail_intervened').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  expect(await page.locator('.behind:focus').count()).toBe(1);
});
