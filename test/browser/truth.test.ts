import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createControlledAnswer, type ControlledAnswer } from '#test/fixtures/upstream-bedrock.ts';
import { usePage } from './use-page.ts';
import { signInAs } from './sign-in-as.ts';

/* What the page says of an answer is what happened to it, whatever happens to the connection. */

const host = usePage({ hasUpstream: true });

/** Runs in the browser. `cutNetwork(true)` ends every connection and refuses new ones. */
const addNetwork = `
  const originalFetch = window.fetch;
  let cut = new AbortController();
  let isDown = false;
  window.cutNetwork = (down) => {
    isDown = down;
    if (!down) return window.dispatchEvent(new Event('online'));
    cut.abort(new TypeError('network error'));
    cut = new AbortController();
  };
  window.fetch = (url, init = {}) => {
    if (isDown) return Promise.reject(new TypeError('Failed to fetch'));
    const signals = [init.signal, cut.signal].filter(Boolean);
    return originalFetch(url, { ...init, signal: AbortSignal.any(signals) });
  };
`;

const openPage = (path?: string, beside?: Page): Promise<Page> =>
  host.open(path, { beside, script: addNetwork });

/** Sends a question whose answer begins with `text` and goes on as the test says. */
async function startAnswer(page: Page, text: string, question = 'Tell me') {
  const speaker = createControlledAnswer();
  host.upstream.behave(speaker.behaviour);
  await ask(page, question);
  speaker.write(text);
  await page.locator('.answer').last().getByText(text.trim()).waitFor();
  await page.waitForURL(/conversation=/u);
  return speaker;
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(question);
  await page.keyboard.press('Enter');
}

async function finish(page: Page, speaker: ControlledAnswer, text: string): Promise<void> {
  speaker.write(text);
  speaker.end();
  await settles(page);
}

const settles = (page: Page): Promise<void> =>
  expect.poll(() => page.locator('.turn:not([data-state="settled"])').count()).toBe(0);

const answers = (page: Page): Promise<string[]> =>
  page.locator('.answer > p:first-child').allInnerTexts();

const idIn = (page: Page): string => new URL(page.url()).searchParams.get('conversation') ?? '';

test('an answer that is cut for a long time goes on by itself, without doubling', async () => {
  const page = await openPage();
  await page.clock.install();
  const speaker = await startAnswer(page, 'One, ');
  const asked = host.upstream.seen.requests;
  await page.evaluate('cutNetwork(true)');
  await page.locator('.working').getByText('Reconnecting…').waitFor();
  await page.clock.runFor(120_000);
  await page.locator('.working').getByText('Reconnecting…').waitFor();
  speaker.write('two, ');
  await page.evaluate('cutNetwork(false)');
  await finish(page, speaker, 'three.');
  expect(await answers(page)).toEqual(['One, two, three.']);
  expect(await page.locator('.ending').count()).toBe(0);
  expect(host.upstream.seen.requests).toBe(asked);
});

test('a connection that has died in silence is replaced, without doubling', async () => {
  const page = await openPage();
  await page.clock.install();
  const speaker = await startAnswer(page, 'One, ');
  const reconnected = page.waitForRequest(/\/stream\?after=/u);
  // Longer than a page waits for a sign of life. The server's signs come by a clock of its own.
  await page.clock.runFor(32_000);
  await reconnected;
  await finish(page, speaker, 'two.');
  expect(await answers(page)).toEqual(['One, two.']);
});

test('a message that is sent without a network is sent when it is back, once', async () => {
  const page = await openPage();
  await page.evaluate('cutNetwork(true)');
  const speaker = createControlledAnswer();
  host.upstream.behave(speaker.behaviour);
  const asked = host.upstream.seen.requests;
  await ask(page, 'Hello');
  await page.locator('.working').getByText('Reconnecting…').waitFor();
  await page.evaluate('cutNetwork(false)');
  await finish(page, speaker, 'Good morning.');
  expect(await answers(page)).toEqual(['Good morning.']);
  expect(host.upstream.seen.requests).toBe(asked + 1);
});

test('a message that is sent offline waits, and can be given up', async () => {
  const page = await openPage();
  await finish(page, await startAnswer(page, 'Good morning.'), '');
  await page.context().setOffline(true);
  await ask(page, 'Hello');
  await page.getByText('Your message will be sent when the connection is back.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await page.locator('.turn').count()).toBe(1);
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('Hello');
  const speaker = createControlledAnswer();
  host.upstream.behave(speaker.behaviour);
  await page.keyboard.press('Enter');
  await page.getByText('You are offline.').waitFor();
  await page.context().setOffline(false);
  await finish(page, speaker, 'Good evening.');
  expect(await answers(page)).toEqual(['Good morning.', 'Good evening.']);
});

test('a message that is written while an answer streams waits, and is sent after it', async () => {
  const page = await openPage();
  const speaker = await startAnswer(page, 'One, ');
  await ask(page, 'Second');
  await ask(page, 'Third');
  await page.locator('[data-state=queued]').nth(1).getByRole('button', { name: 'Cancel' }).click();
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('Third');
  await page.reload();
  await page.locator('.answer').getByText('One,').waitFor();
  await page.getByText('Yours is next.').waitFor();
  speaker.write('two.');
  const next = createControlledAnswer();
  host.upstream.behave(next.behaviour);
  speaker.end();
  next.write('Three.');
  next.end();
  await expect.poll(() => answers(page)).toEqual(['One, two.', 'Three.']);
  await settles(page);
  expect(await page.locator('.question').allInnerTexts()).toEqual(['Tell me', 'Second']);
});

test('a model that is silent for some seconds is said to be still working', async () => {
  const page = await openPage();
  await page.clock.install();
  const speaker = await startAnswer(page, 'Well, ');
  await page.clock.runFor(5_100);
  await page.getByText('Still working').waitFor();
  await page.getByText('nothing new for 5 s').waitFor();
  await page.clock.runFor(3_000);
  await page.getByText('nothing new for 8 s').waitFor();
  speaker.write('yes.');
  await expect.poll(() => page.getByText('Still working').count()).toBe(0);
  speaker.end();
});

test('Stop answers at once, before the function has seen it', async () => {
  const page = await openPage();
  const speaker = await startAnswer(page, 'A long story ');
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopping…').waitFor();
  await settles(page);
  speaker.end();
  expect(await page.locator('.ending p').innerText()).toBe('You stopped this answer.');
});

const endings = [
  ['max_tokens', 'The answer reached its length limit.'],
  ['guardrail_intervened', 'Blocked by a guardrail.'],
  ['content_filtered', 'Held back by a content filter.'],
  ['model_context_window_exceeded', 'This conversation is too long for the model.'],
  ['malformed_model_output', 'The answer was cut off.'],
] as const;

test.each(endings)(
  'an answer that ends with %s says so, also after a reload',
  async (reason, words) => {
    const page = await openPage();
    const speaker = await startAnswer(page, 'Some words');
    speaker.end(reason);
    await page.locator('.ending').getByText(words).waitFor();
    await page.locator('[role=status]').getByText(words).first().waitFor({ state: 'attached' });
    const ending = await page.locator('.ending').innerText();
    await page.reload();
    await page.locator('.ending').waitFor();
    expect(await page.locator('.ending').innerText()).toBe(ending);
  },
);

test('two tabs show the same conversation and list', async () => {
  const page = await openPage();
  const speaker = await startAnswer(page, 'First.', 'The first question');
  await finish(page, speaker, '');
  const tab = await openPage(`/chat?conversation=${idIn(page)}`, page);
  await tab.getByText('The first question').first().waitFor();
  const next = await startAnswer(page, 'Second.', 'The second question');
  await tab.locator('.question').getByText('The second question').waitFor();
  await tab.locator('.answer').getByText('Second.').waitFor();
  await finish(page, next, ' Done.');
  await tab.getByText('Second. Done.').waitFor();
  expect(await tab.locator('#conversations li').count()).toBe(1);
});

test('Try again shows an answer that exists, and begins no second one', async () => {
  const page = await openPage();
  const speaker = await startAnswer(page, 'Half of it ');
  // The page takes an answer for failed of which the server refuses to say more.
  await page.route(/\/stream\?after=/u, (route) => route.fulfill({ status: 410, json: gone }));
  await page.route(/\/api\/conversations\/[^/]+$/u, (route) => route.abort());
  await page.evaluate('cutNetwork(true)');
  await page.evaluate('cutNetwork(false)');
  await page.locator('.turn').getByRole('button', { name: 'Try again' }).waitFor();
  await finish(page, speaker, 'and the rest.').catch(() => undefined);
  await page.unrouteAll();
  const asked = host.upstream.seen.requests;
  await page.locator('.turn').getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Half of it and the rest.').waitFor();
  expect(host.upstream.seen.requests).toBe(asked);
});

const gone = { code: 'gone', detail: 'The rest is gone.' };

test('Back returns to the conversation before', async () => {
  const page = await openPage();
  await finish(page, await startAnswer(page, 'One.', 'Question one'), '');
  await page.getByRole('link', { name: 'New chat' }).click();
  await finish(page, await startAnswer(page, 'Two.', 'Question two'), '');
  await page.goBack();
  await page.locator('.question').getByText('Question one').waitFor();
  expect(await page.locator('.question').allInnerTexts()).toEqual(['Question one']);
  await page.goForward();
  await page.locator('.question').getByText('Question two').waitFor();
});

test('leaving a conversation in mid-answer shows what was asked for, and nothing of it', async () => {
  const page = await openPage();
  await finish(page, await startAnswer(page, 'One.', 'Question one'), '');
  await page.getByRole('link', { name: 'New chat' }).click();
  const speaker = await startAnswer(page, 'Two, ', 'Question two');
  await page.goBack();
  await page.locator('.question').getByText('Question one').waitFor();
  await page.goForward();
  await page.locator('.question').getByText('Question two').waitFor();
  await page.getByRole('link', { name: 'New chat' }).click();
  expect(await page.locator('.turn').count()).toBe(0);
  const third = await startAnswer(page, 'Three.', 'Question three');
  await finish(page, third, '');
  speaker.end();
  expect(await page.locator('.question').allInnerTexts()).toEqual(['Question three']);
  expect(await answers(page)).toEqual(['Three.']);
});

test('a tab whose reader has signed out elsewhere does not go on in their name', async () => {
  const page = await openPage();
  await signInAs(page, host.system, 'demo');
  const tab = await openPage('/chat', page);
  await tab.locator('.who').waitFor();
  await page.locator('.who').click();
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  await tab.locator('.account-link').waitFor();
  expect(await tab.locator('.who').count()).toBe(0);
});
