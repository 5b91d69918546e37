import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  beginAnswer,
  frames,
  startUpstreamBedrock,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';
import { startPage, type Page as ServedPage } from '#scripts/start-page.ts';
import { launchBrowser } from './launch-browser.ts';

let browser: Browser;
let system: StreambedSystem;
let served: ServedPage;
let upstream: UpstreamBedrock;
let faulty: { system: StreambedSystem; served: ServedPage };
const errors: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  system = await startSystem();
  served = await startPage(system.state, { port: 0, watch: false });
  upstream = await startUpstreamBedrock();
  const other = await startSystem({ bedrock: upstream.url });
  faulty = { system: other, served: await startPage(other.state, { port: 0, watch: false }) };
});

afterEach(() => {
  expect(errors.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([served.close(), faulty.served.close()]);
  await Promise.all([system.close(), faulty.system.close()]);
  await upstream.close();
});

async function openPage(
  path = '/chat',
  { url = served.url, locale = 'en-US' }: { url?: string; locale?: string } = {},
): Promise<Page> {
  const page = await browser.newPage({ locale, viewport: { width: 1200, height: 800 } });
  page.on('dialog', (dialog) => void dialog.accept());
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url + path);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

const settled = (page: Page): Promise<void> =>
  page.getByText('The answer is complete.').waitFor({ state: 'attached' });

test('an answer is painted while it is still being written', async () => {
  const page = await openPage();
  await say(page, 'Write 900 words about rivers');
  await page
    .getByText('Generating')
    .or(page.getByText('Writing an answer…'))
    .waitFor({ state: 'attached' });
  const lengths: number[] = [];
  while (!(await page.getByText('The answer is complete.').count())) {
    lengths.push((await page.locator('.answer').innerText()).length);
  }
  expect(new Set(lengths).size).toBeGreaterThan(3);
  await page.close();
});

test('an answer is drawn as Markdown', async () => {
  const page = await openPage();
  await say(page, 'Tell me about rivers');
  await settled(page);
  await page.getByRole('heading', { name: 'About rivers' }).waitFor();
  expect(await page.locator('.answer pre code').innerText()).toContain('for await');
  expect(await page.locator('.answer table tr').count()).toBe(4);
  expect(await page.locator('.answer ol li').count()).toBe(3);
  await page.close();
});

test('a word that is too long for the page does not widen it', async () => {
  const page = await openPage();
  await page.setViewportSize({ width: 390, height: 780 });
  await say(page, `Explain com.example.${'streambed.'.repeat(40)}Repository`);
  await settled(page);
  expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(390);
  expect(await page.evaluate("document.querySelector('.main').scrollWidth")).toBe(390);
  await page.getByLabel('Message', { exact: true }).fill('x'.repeat(32_001));
  await page.getByText('A message may have 32000 characters at most.').waitFor();
  expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(390);
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await page.close();
});

test('the view stays at the end when an answer is complete', async () => {
  const page = await openPage();
  await say(page, 'Tell me about rivers');
  await settled(page);
  await say(page, 'Tell me about lakes');
  await page.getByRole('heading', { name: 'About lakes' }).waitFor();
  await settled(page);
  const toEnd =
    "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('.transcript'))";
  await expect.poll(() => page.evaluate(toEnd)).toBeLessThan(2);
  await page.close();
});

test('a conversation is listed, opened again after a reload, and removed', async () => {
  const page = await openPage();
  await say(page, 'Hello, my name is Grace.');
  await settled(page);
  await say(page, 'What is my name?');
  await page.getByText('Your name is').waitFor();
  await page.reload();
  await page.getByText('Your name is').waitFor();
  expect(await page.locator('.question').allInnerTexts()).toEqual([
    'Hello, my name is Grace.',
    'What is my name?',
  ]);
  await page.getByRole('button', { name: 'New chat' }).click();
  expect(await page.locator('.question').count()).toBe(0);
  await page.getByRole('button', { name: 'Hello, my name is Grace.', exact: true }).click();
  await page.getByText('Your name is').waitFor();
  await page.getByRole('button', { name: 'Delete “Hello, my name is Grace.”' }).click();
  await page.getByText('What would you like to know?').waitFor();
  expect(await page.getByRole('button', { name: 'Hello, my name is Grace.' }).count()).toBe(0);
  await page.close();
});

test('a reload in the middle of an answer shows the whole of it when it is there', async () => {
  const page = await openPage();
  await say(page, 'Write 700 words about lakes');
  await page.waitForURL(/conversation=/u);
  await page.reload();
  await page.locator('.turn[data-state="settled"]').waitFor({ timeout: 20_000 });
  expect((await page.locator('.answer').innerText()).length).toBeGreaterThan(2_000);
  await page.close();
});

test('a model that breaks off shows what it said, why it ended, and a retry that works', async () => {
  upstream.behave(async (response) => {
    beginAnswer(response);
    await new Promise((resolve) => setTimeout(resolve, 50));
    response.socket?.resetAndDestroy();
  });
  const page = await openPage('/chat', { url: faulty.served.url });
  await say(page, 'Hi');
  await page.getByRole('alert').getByText('The answer broke off').waitFor();
  expect(await page.locator('.answer').innerText()).toContain('Hello');
  upstream.behave((response) => {
    beginAnswer(response);
    response.end(Buffer.concat([frames.blockStop, frames.messageStop, frames.metadata]));
  });
  await page.getByRole('button', { name: 'Try again' }).click();
  await settled(page);
  expect(await page.locator('.question').count()).toBe(1);
  expect(await page.locator('.turn').getByRole('alert').count()).toBe(0);
  await page.close();
});

test('a model that refuses is said in words for people', async () => {
  upstream.behave((response) => {
    response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' });
    response.end('{"message":"secret"}');
  });
  const page = await openPage('/chat', { url: faulty.served.url });
  await say(page, 'Hi');
  await page.getByRole('alert').getByText('The model is busy.').waitFor();
  expect(await page.content()).not.toContain('secret');
  upstream.behave((response) => {
    beginAnswer(response);
    response.end(Buffer.concat([frames.blockStop, frames.messageStop, frames.metadata]));
  });
  const current = page.locator('.conversation-title[aria-current=page]');
  await current.waitFor();
  const listed = await page.locator('.conversation').count();
  await page.getByRole('button', { name: 'Try again' }).click();
  await settled(page);
  await page.reload();
  await current.waitFor();
  expect(await page.locator('.conversation').count()).toBe(listed);
  await page.close();
});

test('the Enter that confirms an input method sends nothing', async () => {
  const page = await openPage();
  await page.getByLabel('Message', { exact: true }).focus();
  const client = await page.context().newCDPSession(page);
  await client.send('Input.imeSetComposition', {
    text: 'にほん',
    selectionStart: 3,
    selectionEnd: 3,
  });
  const composing = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
  await page.getByLabel('Message', { exact: true }).dispatchEvent('keydown', composing);
  await page.keyboard.press('Enter');
  expect(await page.locator('.question').count()).toBe(0);
  await client.send('Input.insertText', { text: '日本の川' });
  await page.keyboard.press('Enter');
  expect(await page.locator('.question').innerText()).toContain('日本の川');
  await settled(page);
  await page.close();
});

test('the page speaks Japanese to those who read it', async () => {
  const page = await openPage('/chat', { locale: 'ja-JP' });
  expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  await page.getByLabel('メッセージ').fill('こんにちは');
  await page.keyboard.press('Enter');
  await page.getByText('回答が完了しました。').waitFor({ state: 'attached' });
  await page.getByText('シミュレーション').waitFor();
  await page.close();
});

test('an address that is no conversation says so, and a new chat gets away from it', async () => {
  const page = await openPage('/chat?conversation=unknown');
  await page.getByRole('alert').getByText('There is no such conversation.').waitFor();
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByText('What would you like to know?').waitFor();
  expect(await page.locator('.problem').count()).toBe(0);
  await page.close();
});

test("a name that is not the page's is refused", async () => {
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'evil.example' };
    const request = http.get(`${served.url}/api/conversations`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('error', reject);
  });
  expect(status).toBe(403);
});

test('another site cannot make the browser chat', async () => {
  const headers = { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' };
  const body = '{"message":"Hi"}';
  const answer = await fetch(`${served.url}/api/chat`, { method: 'POST', headers, body });
  expect(answer.status).toBe(403);
});

test('no element of the page is out of reach for people with disabilities', async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
  const page = await openPage();
  const check = async (): Promise<unknown> => {
    await page.evaluate(axe);
    return page.evaluate(
      "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
    );
  };
  expect(await check()).toEqual([]);
  await say(page, 'Tell me about rivers');
  await settled(page);
  expect(await check()).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await check()).toEqual([]);
  await page.close();
});
