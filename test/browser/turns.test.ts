import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  beginAnswer,
  createControlledAnswer,
  type ControlledAnswer,
} from '#test/fixtures/upstream-bedrock.ts';
import { usePage } from './use-page.ts';
import { signInAs } from './sign-in-as.ts';

const host = usePage({ hasUpstream: true, isBilled: true });

/** Runs in the browser. Lets a test cut the connection that an answer arrives on. */
const addCutConnection = `
  const originalFetch = window.fetch;
  window.fetch = (url, init = {}) => {
    if (url !== '/api/chat/stream') return originalFetch(url, init);
    const cut = new AbortController();
    window.cutConnection = () => cut.abort(new TypeError('network error'));
    return originalFetch(url, { ...init, signal: AbortSignal.any([init.signal, cut.signal]) });
  };
`;

/** Opens the page in a browser of its own, or in a tab beside another page. */
const openPage = (path?: string, beside?: Page): Promise<Page> =>
  host.open(path, { beside, script: addCutConnection, viewport: { width: 1100, height: 700 } });

/** Makes the model answer the next turns with text that the test provides. */
function useSpeaker(): ControlledAnswer {
  const speaker = createControlledAnswer();
  host.upstream.behave(speaker.behaviour);
  return speaker;
}

/** Makes the model answer the next turn with this text. */
function answerWith(text: string): void {
  const speaker = useSpeaker();
  speaker.write(text);
  speaker.end();
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** Opens a conversation and waits until its first answer has begun with `text`. */
async function startAnswer(text: string): Promise<[Page, ControlledAnswer]> {
  const page = await openPage();
  return [page, await startAnswerIn(page, text)];
}

async function startAnswerIn(page: Page, text: string): Promise<ControlledAnswer> {
  const speaker = useSpeaker();
  await send(page, 'Tell me');
  speaker.write(text);
  await answersAre(page, [text.trim()]);
  await page.waitForURL(/conversation=/u);
  return speaker;
}

const answersAre = (page: Page, texts: readonly string[]): Promise<void> =>
  expect.poll(() => page.locator('.answer > p:first-child').allInnerTexts()).toEqual(texts);

const questions = (page: Page): Promise<string[]> => page.locator('.question').allInnerTexts();

const turnsSettle = (page: Page): Promise<void> =>
  expect.poll(() => page.locator('.turn:not([data-state="settled"])').count()).toBe(0);

const click = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

test('an answer keeps streaming after a reload and on a second device', async () => {
  const page = await openPage();
  await signInAs(page, host.system, 'demo');
  const speaker = await startAnswerIn(page, 'One, ');
  await page.reload();
  const device = await openPage();
  await signInAs(device, host.system, 'demo');
  await device.goto(page.url());
  await answersAre(page, ['One,']);
  await answersAre(device, ['One,']);
  speaker.write('two, ');
  await answersAre(page, ['One, two,']);
  await answersAre(device, ['One, two,']);
  speaker.write('three.');
  speaker.end();
  await answersAre(page, ['One, two, three.']);
  await answersAre(device, ['One, two, three.']);
  await Promise.all([turnsSettle(page), turnsSettle(device)]);
  expect(await questions(device)).toEqual(['Tell me']);
  await Promise.all([page.close(), device.close()]);
});

test('a lost connection is restored without missing or repeated words', async () => {
  const [page, speaker] = await startAnswer('One, ');
  const requestCount = host.upstream.seen.requests;
  const resumed = page.waitForRequest(/\/stream\?after=/u);
  await page.evaluate('cutConnection()');
  speaker.write('two, ');
  speaker.write('three.');
  speaker.end();
  await answersAre(page, ['One, two, three.']);
  await turnsSettle(page);
  await resumed;
  expect(await page.locator('.ending').count()).toBe(0);
  expect(host.upstream.seen.requests).toBe(requestCount);
  await page.close();
});

test('a stopped answer keeps its text and can be continued', async () => {
  const [page, speaker] = await startAnswer('The longest river is ');
  await click(page, 'Stop');
  await page.locator('.ending').getByText('You stopped this answer.').waitFor();
  speaker.end();
  const more = useSpeaker();
  await click(page, 'Continue');
  more.write(' the Nile.');
  more.end();
  await answersAre(page, ['The longest river is the Nile.']);
  await turnsSettle(page);
  await page.reload();
  await answersAre(page, ['The longest river is the Nile.']);
  expect(await questions(page)).toEqual(['Tell me']);
  await page.close();
});

test('a failed answer keeps its text, shows the reason and can be retried', async () => {
  host.upstream.behave(async (response) => {
    beginAnswer(response);
    await new Promise((resolve) => setTimeout(resolve, 50));
    response.socket?.resetAndDestroy();
  });
  const page = await openPage();
  await send(page, 'Hi');
  await page.locator('.ending').getByText('The answer was cut off.').waitFor();
  expect(await page.locator('.answer').innerText()).toContain('Hello');
  await page.reload();
  await page.locator('.ending').getByText('The answer was cut off.').waitFor();
  answerWith('Hello.');
  await click(page, 'Regenerate');
  await answersAre(page, ['Hello.']);
  await turnsSettle(page);
  expect(await page.locator('.question').count()).toBe(1);
  expect(await page.locator('.turn').getByRole('alert').count()).toBe(0);
  await page.close();
});

test('a throttled turn shows a message of the page, not that of the model', async () => {
  host.upstream.behave((response) => {
    response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' });
    response.end('{"message":"secret"}');
  });
  const page = await openPage();
  await send(page, 'Hi');
  await page.getByRole('alert').getByText('The model is busy.').waitFor();
  await page.getByRole('alert').getByText('Details').click();
  expect(await page.content()).not.toContain('secret');
  await page.reload();
  await page.getByText('The model is busy.').waitFor();
  answerWith('Hello.');
  const current = page.locator('.conversation [aria-current=page]');
  await current.waitFor();
  const conversationCount = await page.locator('.conversation').count();
  await page.getByRole('button', { name: 'Try again' }).click();
  await answersAre(page, ['Hello.']);
  await turnsSettle(page);
  await page.reload();
  await current.waitFor();
  expect(await page.locator('.conversation').count()).toBe(conversationCount);
  await page.close();
});

test('a second device shows the running turn of the first and sends its message afterwards', async () => {
  answerWith('Yes?');
  const tab = await openPage();
  await signInAs(tab, host.system, 'demo');
  await send(tab, 'Hello');
  await answersAre(tab, ['Yes?']);
  await turnsSettle(tab);
  const other = await openPage();
  await signInAs(other, host.system, 'demo');
  await other.goto(tab.url());
  await answersAre(other, ['Yes?']);
  const speaker = useSpeaker();
  await send(tab, 'First');
  speaker.write('One, ');
  await answersAre(tab, ['Yes?', 'One,']);
  await send(other, 'Second');
  await other.getByText('Another message is being answered.').waitFor();
  await answersAre(other, ['Yes?', 'One,']);
  expect(await questions(other)).toEqual(['Hello', 'First', 'Second']);
  speaker.write('two.');
  const next = useSpeaker();
  speaker.end();
  next.write('Three.');
  next.end();
  await answersAre(other, ['Yes?', 'One, two.', 'Three.']);
  await Promise.all([tab.close(), other.close()]);
});

test('a regenerated answer and an edited question are branches that can be shown again', async () => {
  answerWith('Tea.');
  const page = await openPage();
  await send(page, 'Tea or coffee?');
  await answersAre(page, ['Tea.']);
  await turnsSettle(page);
  answerWith('Coffee.');
  await click(page, 'Regenerate');
  await answersAre(page, ['Coffee.']);
  await turnsSettle(page);
  const versions = (of: string) => page.getByRole('group', { name: `Versions of the ${of}` });
  await versions('answer').getByText('2 / 2').waitFor();
  answerWith('Water.');
  await page.getByLabel('Message', { exact: true }).press('ArrowUp');
  await page.getByRole('textbox', { name: 'Edit message' }).fill('Wine or water?');
  await page.locator('.editing').getByRole('button', { name: 'Send' }).click();
  await answersAre(page, ['Water.']);
  expect(await questions(page)).toEqual(['Wine or water?']);
  await turnsSettle(page);
  expect(await versions('answer').count()).toBe(0);
  await versions('question').getByText('2 / 2').waitFor();
  await versions('question').getByRole('button', { name: 'Previous' }).click();
  await answersAre(page, ['Coffee.']);
  await versions('answer').getByRole('button', { name: 'Previous' }).click();
  await answersAre(page, ['Tea.']);
  answerWith('Green.');
  await send(page, 'Which tea?');
  await answersAre(page, ['Tea.', 'Green.']);
  await turnsSettle(page);
  await page.reload();
  await answersAre(page, ['Tea.', 'Green.']);
  await page.close();
});

test('a cost that AWS bills is shown as it is, on demand', async () => {
  answerWith('Yes.');
  const page = await openPage();
  await send(page, 'Hi');
  await turnsSettle(page);
  await click(page, 'More');
  expect(await page.locator('.actions .menu-note').innerText()).toMatch(/ out · \$0\.\d{5}$/u);
  await page.close();
});
