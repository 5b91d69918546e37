import net from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { listen } from '#local/process/listen.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';
import { expectAccessible } from './axe.ts';
import { usePage, type Visit } from './use-page.ts';

const host = usePage();

async function openPage(path?: string, visit?: Visit): Promise<Page> {
  const page = await host.open(path, visit);
  page.on('dialog', (dialog) => void dialog.accept());
  return page;
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

const answerCompletes = (page: Page): Promise<void> =>
  page.getByText('The answer is complete.').waitFor({ state: 'attached' });

test('an answer is displayed while it streams', async () => {
  const stall = { stall: '1s' };
  const stream = [{ text: 'One. ' }, stall, { text: 'Two. ' }, stall, { text: 'Three.' }];
  await setScenario(host.system, { match: { text: 'Count' }, stream });
  const page = await openPage();
  await send(page, 'Count');
  const complete = page.getByText('The answer is complete.');
  for (const text of ['One.', 'One. Two.']) {
    await page.locator('.answer').getByText(text, { exact: true }).waitFor();
    expect(await complete.count()).toBe(0);
  }
  await answerCompletes(page);
  expect(await page.locator('.answer').innerText()).toBe('One. Two. Three.');
  await page.close();
});

test('an answer is rendered as Markdown', async () => {
  const page = await openPage();
  await send(page, 'Tell me about rivers');
  await answerCompletes(page);
  await page.getByRole('heading', { name: 'About rivers', exact: true }).waitFor();
  expect(await page.locator('.answer pre code').innerText()).toContain('for await');
  expect(await page.locator('.answer table tr').count()).toBe(4);
  expect(await page.locator('.answer ol li').count()).toBe(3);
  await page.close();
});

test('a very long word or message does not widen the page', async () => {
  const page = await openPage();
  await page.setViewportSize({ width: 390, height: 780 });
  await send(page, `Explain com.example.${'streambed.'.repeat(40)}Repository`);
  await answerCompletes(page);
  expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(390);
  expect(await page.evaluate("document.querySelector('.stage').scrollWidth")).toBe(390);
  await page.getByLabel('Message', { exact: true }).fill('x'.repeat(32_001));
  await page.getByText('Messages can be up to 32,000 characters.').waitFor();
  expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(390);
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await page.close();
});

test('the view is scrolled to the end when an answer completes', async () => {
  const page = await openPage();
  await send(page, 'Tell me about rivers');
  await answerCompletes(page);
  await send(page, 'Tell me about lakes');
  await page.getByRole('heading', { name: 'About lakes', exact: true }).waitFor();
  await answerCompletes(page);
  const distanceToEnd =
    "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('.transcript'))";
  await expect.poll(() => page.evaluate(distanceToEnd)).toBeLessThan(2);
  // However little a reader scrolls up, the next words leave the text where it is.
  await send(page, 'Write 300 words about mountains');
  await page.locator('.answer').nth(2).getByText('mountains').first().waitFor();
  await page.locator('.answer').last().hover();
  await page.mouse.wheel(0, -20);
  await page.getByRole('button', { name: 'Go to the latest message' }).waitFor();
  await answerCompletes(page);
  expect(await page.evaluate(distanceToEnd)).toBeGreaterThan(19);
  await page.getByRole('button', { name: 'Go to the latest message' }).click();
  await expect.poll(() => page.evaluate(distanceToEnd)).toBeLessThan(2);
  await page.close();
});

test('a conversation can be reloaded, opened from the list and deleted', async () => {
  const page = await openPage();
  await send(page, 'Hello, my name is Grace.');
  await answerCompletes(page);
  await send(page, 'What is my name?');
  await page.getByText('Your name is').waitFor();
  await page.reload();
  await page.getByText('Your name is').waitFor();
  expect(await page.locator('.question').allInnerTexts()).toEqual([
    'Hello, my name is Grace.',
    'What is my name?',
  ]);
  await page.getByRole('link', { name: 'New chat' }).click();
  expect(await page.locator('.question').count()).toBe(0);
  await page.getByRole('link', { name: 'Hello, my name is Grace.', exact: true }).click();
  await page.getByText('Your name is').waitFor();
  await page.getByRole('button', { name: 'Options for “Hello, my name is Grace.”' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText('Ask away. Nothing gets lost.').waitFor();
  expect(await page.getByRole('link', { name: 'Hello, my name is Grace.' }).count()).toBe(0);
  await page.close();
});

test('a reload in the middle of an answer shows the whole answer once it is complete', async () => {
  const page = await openPage();
  await send(page, 'Write 700 words about lakes');
  await page.waitForURL(/conversation=/u);
  await page.reload();
  await page.locator('.turn[data-state="settled"]').waitFor({ timeout: 20_000 });
  expect((await page.locator('.answer').innerText()).length).toBeGreaterThan(2_000);
  await page.close();
});

test('Enter confirms input method text without sending the message', async () => {
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
  // Safari ends the composition first, and reports the key that did so afterwards.
  await page.getByLabel('Message', { exact: true }).dispatchEvent('keydown', composing);
  expect(await page.locator('.question').count()).toBe(0);
  await page.keyboard.press('Enter');
  expect(await page.locator('.question').innerText()).toContain('日本の川');
  await answerCompletes(page);
  await page.close();
});

test('the tab has the title of the conversation, and the composer has the focus', async () => {
  const page = await openPage();
  const isFocused = async (): Promise<boolean> =>
    (await page.locator('textarea:focus').count()) === 1;
  await expect.poll(isFocused).toBe(true);
  await page.keyboard.type('Say hello');
  await page.keyboard.press('Enter');
  await answerCompletes(page);
  await expect.poll(() => page.title()).toBe('Say hello · Streambed');
  await page.getByRole('link', { name: 'New chat' }).click();
  await expect.poll(() => page.title()).toBe('Streambed');
  await expect.poll(isFocused).toBe(true);
  await page.close();
});

test('Escape in the composer stops the answer', async () => {
  const page = await openPage();
  await send(page, 'Write 2000 words about rivers');
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await page.locator('.answer').getByText(/\w/u).first().waitFor();
  await page.getByLabel('Message', { exact: true }).press('Escape');
  await page.locator('.ending').getByText('You stopped this answer.').waitFor();
  expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
  await page.close();
});

test('Enter on a touch keyboard makes a line', async () => {
  const context = await host.browser.newContext({
    hasTouch: true,
    isMobile: true,
    locale: 'en-US',
  });
  const page = await context.newPage();
  await page.goto(`${host.server.url}/chat`);
  const field = page.getByLabel('Message', { exact: true });
  await field.pressSequentially('One');
  await field.press('Enter');
  await field.pressSequentially('two');
  expect(await field.inputValue()).toBe('One\ntwo');
  expect(await page.locator('.question').count()).toBe(0);
  await context.close();
});

test('an unknown address shows the way back, in the language of the reader', async () => {
  const page = await openPage('/nowhere', { locale: 'ja-JP' });
  await page.getByRole('link', { name: 'チャットに戻る' }).click();
  await page.waitForURL(/\/chat/u);
  expect(await page.locator('link[rel=icon]').getAttribute('href')).toContain('icon');
  await page.close();
});

test('a cost that AWS does not bill is shown as what it would be', async () => {
  const page = await openPage();
  await send(page, 'Hi');
  await answerCompletes(page);
  await page.locator('.actions').getByRole('button', { name: 'More' }).click();
  const usage = await page.locator('.actions .menu-note').innerText();
  expect(usage).toMatch(/ out · would cost \$0\.\d{5} on AWS$/u);
  await page.close();
});

test('the page is in Japanese for readers of Japanese', async () => {
  const page = await openPage('/chat', { locale: 'ja-JP' });
  expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  await page.getByLabel('メッセージ').fill('こんにちは');
  await page.keyboard.press('Enter');
  await page.getByText('回答が完了しました。').waitFor({ state: 'attached' });
  await page.getByText('これはシミュレーションの回答です。').waitFor();
  await page.locator('.actions').getByRole('button', { name: 'その他' }).click();
  await page.getByText('AWS での料金の目安 $').waitFor();
  await page.close();
});

test('an unknown conversation shows an error, and New chat leaves it', async () => {
  const page = await openPage('/chat?conversation=unknown');
  await page.getByRole('alert').getByText('This conversation doesn’t exist.').waitFor();
  await page.getByRole('link', { name: 'New chat' }).click();
  await page.getByText('Ask away. Nothing gets lost.').waitFor();
  expect(await page.locator('.problem').count()).toBe(0);
  await page.close();
});

test('a page opened through a forwarded port shows how to allow its host', async () => {
  const forwarder = net.createServer((socket) => {
    const target = net.connect(Number(new URL(host.server.url).port), '127.0.0.1');
    socket.pipe(target).pipe(socket);
    socket.on('error', () => target.destroy());
    target.on('error', () => socket.destroy());
  });
  const address = `localhost:${await listen(forwarder, { port: 0, option: 'none' })}`;
  const page = await openPage('/chat', { url: `http://${address}` });
  await send(page, 'Hi');
  expect(await page.getByRole('alert').locator('b').innerText()).toBe(
    `The page does not accept requests for the host "${address}". Add it to PAGE_HOSTS.`,
  );
  await page.close();
  forwarder.close();
});

test('the page has no accessibility violations that axe can find', async () => {
  const page = await openPage();
  await expectAccessible(page);
  await send(page, 'Tell me about rivers');
  await answerCompletes(page);
  await expectAccessible(page);
  expect(await page.locator('.answer').count()).toBe(1);
  await page.close();
});
