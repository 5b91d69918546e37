import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page as PageServer } from '#scripts/start-page.ts';
import { expectAccessible } from '#test/browser/axe.ts';
import { launchBrowser } from '#test/browser/launch-browser.ts';
import { hostPage } from '#test/fixtures/page.ts';
import { synthesizedFolder } from '#test/fixtures/synthesized.ts';
import type { StreambedSystem } from '#test/fixtures/system.ts';

/* A deployment whose first model takes an effort, and whose second does not. */

let browser: Browser;
let system: StreambedSystem;
let server: PageServer;

beforeAll(async () => {
  browser = await launchBrowser();
  const models = 'us.anthropic.claude-opus-4-8,amazon.nova-lite-v1:0';
  ({ system, server } = await hostPage({ template: synthesizedFolder({ models }) }));
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await system.close();
});

test.each([
  ['en-US', /^Model: Claude Opus 4\.8/u, 'Settings of this conversation', 'Effort', 'Save'],
  ['ja-JP', /^モデル: Claude Opus 4\.8/u, 'この会話の設定', '労力', '保存'],
])('in %s, an effort belongs to the conversation and to models that have it', async (...words) => {
  const [locale, model, settings, effort, save] = words;
  const page = await browser.newPage({ locale, viewport: { width: 1200, height: 800 } });
  await page.goto(`${server.url}/chat`);
  const open = async (): Promise<void> => {
    await page.getByRole('button', { name: model }).click();
    await page.getByRole('menuitem', { name: settings }).click();
  };
  await open();
  await page.getByLabel(effort).selectOption('high');
  await expectAccessible(page);
  await page.getByRole('button', { name: save }).click();
  const send = async (text: string): Promise<unknown> => {
    const request = page.waitForRequest(/\/chat\/stream$/u);
    await page.getByRole('textbox').first().fill(text);
    await page.keyboard.press('Enter');
    return (await request).postDataJSON();
  };
  const stored = page.waitForResponse((response) => response.request().method() === 'PATCH');
  expect(await send('Hello')).toMatchObject({ message: 'Hello', effort: 'high' });
  expect((await stored).status()).toBe(204);
  await page.reload();
  await open();
  expect(await page.getByLabel(effort).inputValue()).toBe('high');
  await page.keyboard.press('Escape');
  // Another model is asked without what it does not have.
  await page.getByRole('button', { name: model }).click();
  await page.getByRole('menuitemcheckbox', { name: /Nova/u }).click();
  expect(await send('Again')).not.toHaveProperty('effort');
  await page.close();
});
