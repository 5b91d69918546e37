import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startPage, type Page as ServedPage } from '#scripts/start-page.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  createSpeaker,
  startUpstreamBedrock,
  type Speaker,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';
import { launchBrowser } from './launch-browser.ts';

let browser: Browser;
let system: StreambedSystem;
let served: ServedPage;
let upstream: UpstreamBedrock;
const errors: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  upstream = await startUpstreamBedrock();
  system = await startSystem({ bedrock: upstream.url });
  served = await startPage(system.state, { port: 0, watch: false });
});
afterEach(() => {
  expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await served.close();
  await system.close();
  await upstream.close();
});

/** Lets a test cut the connection on which the page hears an answer. */
const cuttable = `
  const connect = window.fetch;
  window.fetch = (url, init = {}) => {
    if (url !== '/api/chat') return connect(url, init);
    const cut = new AbortController();
    window.cutConnection = () => cut.abort(new TypeError('network error'));
    return connect(url, { ...init, signal: AbortSignal.any([init.signal, cut.signal]) });
  };
`;

async function openPage(path = '/chat'): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1100, height: 700 } });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript(cuttable);
  await page.goto(served.url + path);
  return page;
}

function speak(): Speaker {
  const speaker = createSpeaker();
  upstream.behave(speaker.behaviour);
  return speaker;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** A conversation whose first answer has begun. */
async function begin(text: string): Promise<[Page, Speaker]> {
  const [page, speaker] = [await openPage(), speak()];
  await say(page, 'Tell me');
  speaker.say(text);
  await answers(page, [text.trim()]);
  await page.waitForURL(/conversation=/u);
  return [page, speaker];
}

const answers = (page: Page, texts: readonly string[]): Promise<void> =>
  expect.poll(() => page.locator('.answer > p:first-child').allInnerTexts()).toEqual(texts);

const questions = (page: Page): Promise<string[]> => page.locator('.question').allInnerTexts();

const settled = (page: Page): Promise<void> =>
  expect.poll(() => page.locator('.turn:not([data-state="settled"])').count()).toBe(0);

const click = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

const pathOf = (page: Page): string => page.url().slice(served.url.length);

test('an answer goes on to be painted after a reload, and on a second device', async () => {
  const [page, speaker] = await begin('One, ');
  await page.reload();
  const device = await openPage(pathOf(page));
  await answers(page, ['One,']);
  await answers(device, ['One,']);
  speaker.say('two, ');
  await answers(page, ['One, two,']);
  await answers(device, ['One, two,']);
  speaker.say('three.');
  speaker.end();
  await answers(page, ['One, two, three.']);
  await answers(device, ['One, two, three.']);
  await Promise.all([settled(page), settled(device)]);
  expect(await questions(device)).toEqual(['Tell me']);
  await Promise.all([page.close(), device.close()]);
});

test('a connection that is lost is made again, and no word is missing or doubled', async () => {
  const [page, speaker] = await begin('One, ');
  const asked = upstream.seen.requests;
  const resumed = page.waitForRequest(/\/stream\?after=/u);
  await page.evaluate('cutConnection()');
  speaker.say('two, ');
  speaker.say('three.');
  speaker.end();
  await answers(page, ['One, two, three.']);
  await settled(page);
  await resumed;
  expect(await page.locator('.problem').count()).toBe(0);
  expect(upstream.seen.requests).toBe(asked);
  await page.close();
});

test('an answer is stopped, kept as far as it came, and goes on when asked to', async () => {
  const [page, speaker] = await begin('The longest river is ');
  await click(page, 'Stop');
  await page.locator('.note').getByText('You stopped this answer.').waitFor();
  speaker.end();
  const more = speak();
  await click(page, 'Go on');
  more.say(' the Nile.');
  more.end();
  await answers(page, ['The longest river is the Nile.']);
  await settled(page);
  await page.reload();
  await answers(page, ['The longest river is the Nile.']);
  expect(await questions(page)).toEqual(['Tell me']);
  await page.close();
});

test('of two tabs the second is shown what the first one asked, and then has its turn', async () => {
  const opening = speak();
  opening.say('Yes?');
  opening.end();
  const tab = await openPage();
  await say(tab, 'Hello');
  await answers(tab, ['Yes?']);
  await settled(tab);
  const other = await openPage(pathOf(tab));
  await answers(other, ['Yes?']);
  const speaker = speak();
  await say(tab, 'First');
  speaker.say('One, ');
  await answers(tab, ['Yes?', 'One,']);
  await say(other, 'Second');
  await other.getByText('Another message of this conversation is being answered.').waitFor();
  await answers(other, ['Yes?', 'One,']);
  expect(await questions(other)).toEqual(['Hello', 'First', 'Second']);
  speaker.say('two.');
  speaker.end();
  await answers(other, ['Yes?', 'One, two.']);
  const next = speak();
  await click(other, 'Try again');
  next.say('Three.');
  next.end();
  await answers(other, ['Yes?', 'One, two.', 'Three.']);
  await Promise.all([tab.close(), other.close()]);
});

test('another answer and an edited question are branches, and each can be shown again', async () => {
  const answering = (text: string): void => {
    const speaker = speak();
    speaker.say(text);
    speaker.end();
  };
  answering('Tea.');
  const page = await openPage();
  await say(page, 'Tea or coffee?');
  await answers(page, ['Tea.']);
  await settled(page);
  answering('Coffee.');
  await click(page, 'Another answer');
  await answers(page, ['Coffee.']);
  await settled(page);
  await page.locator('.alternatives').getByText('2 / 2').waitFor();
  answering('Water.');
  await page.locator('.question').hover();
  await click(page, 'Edit the message');
  await page.getByRole('textbox', { name: 'Edit the message' }).fill('Wine or water?');
  await click(page, 'Ask this instead');
  await answers(page, ['Water.']);
  expect(await questions(page)).toEqual(['Wine or water?']);
  await settled(page);
  await click(page, 'Show the one before');
  await answers(page, ['Coffee.']);
  await click(page, 'Show the one before');
  await answers(page, ['Tea.']);
  answering('Green.');
  await say(page, 'Which tea?');
  await answers(page, ['Tea.', 'Green.']);
  await settled(page);
  await page.reload();
  await answers(page, ['Tea.', 'Green.']);
  await page.close();
});
