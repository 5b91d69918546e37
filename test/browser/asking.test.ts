import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { setScenario } from '#test/fixtures/turn-client.ts';
import { expectAccessible } from './axe.ts';
import { usePage } from './use-page.ts';

/* What a message can be sent with, and what an answer can consist of. */

const host = usePage({ knowledge: 'docs', parameters: { KnowledgeBases: 'docs=LOCALKB001' } });
beforeEach(() => setScenario(host.system, {}));

async function openPage(): Promise<Page> {
  const page = await host.open();
  await page.getByRole('button', { name: 'Model: Claude Haiku 4.5' }).waitFor();
  return page;
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** Waits until all turns have ended, and their number is this. */
async function settles(page: Page, turns = 1): Promise<void> {
  const settled = page.locator('.turn[data-state=settled]');
  await expect.poll(() => settled.count()).toBe(turns);
}

async function choose(page: Page, picker: string | RegExp, choice: RegExp): Promise<void> {
  await page.getByRole('button', { name: picker, exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: choice }).click();
}

const simulated = { stream: [{ simulate: true }] };

test('reasoning is folded, opens, and is as it was after a reload', async () => {
  await setScenario(host.system, {
    // Slow enough to have taken some time, by any clock.
    stream: [
      { pace: { tps: 20 } },
      { reasoning: 'They greet me. I greet them, too, as one does among friends.' },
      { stall: '3s' },
      { text: 'Hello.' },
    ],
  });
  const page = await openPage();
  await send(page, 'Hi');
  await page.locator('.thought').getByText('Thinking…').waitFor();
  await page.locator('.thought summary').click();
  await page.getByText('They greet me.').waitFor();
  await settles(page);
  await page
    .locator('.thought')
    .getByText(/^Thought for \d+ seconds?$/u)
    .waitFor();
  const shown = await page.locator('.reply').innerText();
  await page.reload();
  await settles(page);
  expect(await page.locator('.reply').innerText()).toBe(shown);
  await page.close();
});

test('tool calls share a card, which opens to what went in and came out', async () => {
  const time = (zone: string) => ({ tool: { name: 'current_time', args: { time_zone: zone } } });
  await setScenario(host.system, { stream: [time('Asia/Tokyo'), time('Mars')], next: [simulated] });
  const page = await openPage();
  await choose(page, 'Tools', /^time/u);
  await send(page, 'What time is it?');
  await settles(page);
  const calls = page.locator('.calls');
  expect(await calls.count()).toBe(1);
  expect(await calls.locator('.call[data-state=done]').count()).toBe(1);
  await calls.locator('.call[data-state=failed]').click();
  await calls.getByText('{"time_zone":"Mars"}').waitFor();
  await calls.getByText('must be an IANA time zone').waitFor();
  await expectAccessible(page);
  await page.reload();
  await settles(page);
  expect(await calls.locator('.call[data-state=done]').count()).toBe(1);
  expect(await calls.locator('.call[data-state=failed]').count()).toBe(1);
  await page.close();
});

test('a call that changes something waits for a person, and no key decides', async () => {
  const note = { tool: { name: 'add_note', args: { note: 'Rotate the key.\u202e' } } };
  await setScenario(host.system, { stream: [note], next: [simulated] });
  const page = await openPage();
  await choose(page, 'Tools', /^notes/u);
  await send(page, 'Add a note');
  await page.locator('[role=status]').getByText('Waiting for your approval.').waitFor({
    state: 'attached',
  });
  await page.keyboard.press('Enter');
  await page.reload();
  await page.getByRole('region', { name: 'Approval needed' }).getByText('Rotate').waitFor();
  // Nobody agrees to something else than they read.
  expect(await page.locator('.approval abbr').innerText()).toBe('RLO');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Don’t allow' }).click();
  await page.locator('.call[data-state=denied]').getByText('Not allowed').waitFor();
  await settles(page);
  await send(page, 'Add it after all');
  await page.getByRole('button', { name: 'Allow once' }).click();
  await page.locator('.call[data-state=done]').waitFor();
  await settles(page, 2);
  expect(await page.locator('.call').count()).toBe(2);
  expect(await page.getByRole('group', { name: 'Versions of the answer' }).count()).toBe(0);
  await page.reload();
  await settles(page, 2);
  expect(await page.locator('.call[data-state=denied]').count()).toBe(1);
  expect(await page.locator('.call[data-state=done]').count()).toBe(1);
  await page.close();
});

test('a citation opens its passage below the paragraph, and Escape closes it', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'Ask the docs' }).click();
  await page.keyboard.press('Enter');
  await settles(page);
  await page.locator('.call').getByText('Searched the knowledge base').waitFor();
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    const chip = page.locator('.answer .cite').first();
    await chip.click();
    const passage = page.getByRole('complementary', { name: 'Source 1' });
    await passage.getByText('A callback is signed').waitFor();
    if (reload) await expectAccessible(page);
    await page.keyboard.press('Escape');
    expect(await passage.count()).toBe(0);
    expect(await page.locator('.cite:focus').count()).toBe(1);
    const names = await page.getByRole('list', { name: 'Sources' }).getByRole('listitem').count();
    expect(names).toBe(new Set(await page.locator('.answer .cite').allInnerTexts()).size);
  }
  await page.close();
});

test('what is chosen belongs to the conversation and goes with each of its messages', async () => {
  const page = await openPage();
  await choose(page, /^Model/u, /Nova/u);
  await choose(page, 'Tools', /^time/u);
  await page.getByRole('button', { name: /^Model/u }).click();
  await page.getByRole('menuitem', { name: 'Settings of this conversation' }).click();
  await page.getByLabel('Instructions').fill('Answer like a sailor.');
  await page.getByLabel('Temperature').fill('7');
  await page.getByText('Write a number from 0 to 1.').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await expectAccessible(page);
  await page.getByLabel('Temperature').fill('0.2');
  const stored = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await page.getByRole('button', { name: 'Save' }).click();
  const request = page.waitForRequest(/\/chat\/stream$/u);
  await send(page, 'Hello');
  const settings = {
    model: expect.stringContaining('nova'),
    tools: ['time'],
    system: 'Answer like a sailor.',
    inference: { temperature: 0.2 },
  };
  expect((await request).postDataJSON()).toMatchObject({ message: 'Hello', ...settings });
  expect((await stored).status()).toBeLessThan(300);
  await settles(page);
  await page.locator('.behind').getByText(/Nova/u).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Turn time off' }).waitFor();
  await page.getByRole('button', { name: /Nova/u }).first().waitFor();
  const next = page.waitForRequest(/\/chat\/stream$/u);
  await send(page, 'Again');
  expect((await next).postDataJSON()).toMatchObject({ message: 'Again', ...settings });
  await settles(page, 2);
  await page.close();
});

test('files go with a message, after those that cannot were refused without an upload', async () => {
  const page = await openPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.method()));
  const input = page.locator('input[type=file]');
  const file = (name: string, size: number, mimeType = '') => {
    return { name, mimeType, buffer: Buffer.alloc(size, 'x') };
  };
  await input.setInputFiles([file('run.exe', 9), file('big.pdf', 4_718_593)]);
  await page.getByText('run.exe: This kind of file can’t be read.').waitFor();
  await page.getByText('big.pdf: This file is larger than 4.5 MB.').waitFor();
  expect(asked.filter((method) => method !== 'GET')).toEqual([]);
  const picture = { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') };
  await input.setInputFiles([picture, file('notes.txt', 2_048, 'text/plain'), file('no.md', 9)]);
  await page.getByRole('button', { name: 'Remove no.md' }).click();
  await page.locator('.attachment[data-state=done]').nth(1).waitFor();
  await page.locator('.attachment img').waitFor();
  await expectAccessible(page);
  await send(page, 'What is in these files?');
  await settles(page);
  expect(await page.locator('.composer .attachment').count()).toBe(0);
  await page.reload();
  await page.locator('.asked-picture img').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download notes.txt' }).click();
  expect((await download).suggestedFilename()).toBe('notes.txt');
  await page.close();
});

/** A picture of one pixel. */
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('a busy model can be asked again after a countdown', async () => {
  await setScenario(host.system, { fail: { type: 'ThrottlingException', retryAfter: 12 } });
  const page = await openPage();
  await page.clock.install();
  await send(page, 'Hi');
  const alert = page.locator('.ending[role=alert]');
  const button = alert.getByRole('button', { name: 'Try again' });
  await expect.poll(() => button.innerText()).toMatch(/^Try again · \d+$/u);
  expect(await button.isDisabled()).toBe(true);
  await setScenario(host.system, {});
  await page.clock.runFor(60_000);
  await expect.poll(() => button.innerText()).toBe('Try again');
  await button.click();
  await page.locator('.answer').getByText('Simulated answer.').waitFor();
  await page.close();
});

test('each turn keeps its actions: copying, and a rating that is stored', async () => {
  const page = await openPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await setScenario(host.system, { stream: [{ text: '**One**.' }] });
  for (const turns of [1, 2]) {
    await send(page, `Say it, ${turns}`);
    await settles(page, turns);
  }
  const first = page.locator('.turn').first();
  await first.locator('.actions').getByRole('button', { name: 'Copy' }).click();
  await first.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('**One**.');
  const good = first.getByRole('button', { name: 'Good answer' });
  await Promise.all([page.waitForResponse(/\/feedback$/u), good.click()]);
  await page.reload();
  await page.route(/\/feedback$/u, (route) => route.abort());
  await first.getByRole('button', { name: 'Bad answer' }).click();
  await page.getByText('Your rating couldn’t be saved.').waitFor();
  await first.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  await first.getByRole('button', { name: 'Regenerate' }).waitFor();
  await page.close();
});

test('a long question is folded', async () => {
  const page = await openPage();
  await send(page, Array.from({ length: 30 }, (_, line) => `Line ${line}`).join('\n'));
  await settles(page);
  const height = async (): Promise<number> =>
    (await page.locator('.question').boundingBox())?.height ?? 0;
  const folded = await height();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(height).toBeGreaterThan(folded * 2);
  await page.close();
});
