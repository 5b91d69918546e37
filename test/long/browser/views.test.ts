import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { setScenario } from '#test/fixtures/turn-client.ts';
import { findViolations } from '#test/browser/axe.ts';
import { usePage } from '#test/browser/use-page.ts';

/* The views beside the chat: documents, tasks, knowledge and spending. */

const host = usePage({
  knowledge: 'docs',
  parameters: { LoopbackCallbacks: 'true', KnowledgeBases: 'docs=LOCALKB001' },
});

/** What each view shows to somebody who is new, as soon as it has loaded. */
const loaded = {
  documents: 'text=/No documents yet|ドキュメントはまだありません/',
  tasks: 'text=No tasks yet',
  knowledge: 'input[type=search]:focus',
  spending: 'h2:text("The last 31 days")',
} as const;

async function openView(name: keyof typeof loaded, locale = 'en-US'): Promise<Page> {
  const page = await host.open(`/chat/${name}`, {
    locale,
    viewport: { width: 1200, height: 900 },
  });
  // What is loaded by the page's own code: from here on, it reacts.
  await page.locator(loaded[name]).waitFor();
  return page;
}

/** Returns what axe finds, in both themes and in the width of a phone. */
async function violations(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 1200],
    ['light', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(width);
    found.push(...(await findViolations(page)));
  }
  await page.setViewportSize({ width: 1200, height: 900 });
  return found;
}

const choose = (page: Page, name: string, content: string | Buffer): Promise<void> =>
  page.locator('.view input[type=file]').setInputFiles({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(content),
  });

/** Drops a file that is a byte too large on the view. */
const dropHugeFile = `{
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(25 * 1_048_576 + 1)], 'huge.txt'));
  const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
  document.querySelector('.view').dispatchEvent(event);
}`;

const harbour = 'The harbour bridge was opened in 1932. Ferries cross the harbour.';

test('a file is uploaded while another view is shown, and summarised step by step', async () => {
  const page = await openView('documents');
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/X-Amz-Signature/u, async (route) => {
    await held;
    await route.continue();
  });
  await choose(page, 'harbour.md', harbour);
  await page.getByRole('progressbar', { name: 'Upload of harbour.md' }).waitFor();
  await page.getByRole('link', { name: 'Tasks' }).click();
  await page.getByText('No tasks yet').waitFor();
  release();
  await page.getByRole('link', { name: 'Documents' }).click();
  const section = page.getByRole('region', { name: 'harbour.md' });
  await section.getByText(/^Done in .+ s$/u).waitFor();
  expect(await section.getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringMatching(/^ExtractText/u),
    expect.stringMatching(/^AnalyzeContent/u),
    expect.stringMatching(/^CollectNotes/u),
    expect.stringMatching(/^GenerateSummary/u),
    expect.stringMatching(/^StoreSummary[^]+done$/u),
  ]);
  expect(await section.locator('.answer').innerText()).toContain('harbour');
  expect(await violations(page)).toEqual([]);
  await page.close();
});

test('files that cannot be read are refused before they are sent', async () => {
  const page = await openView('documents');
  const sent: string[] = [];
  page.on('request', (request) =>
    sent.push(`${request.method()} ${new URL(request.url()).pathname}`),
  );
  await choose(page, 'photo.png', 'x');
  await page.getByText('This kind of file can’t be read.').waitFor();
  await page.evaluate(dropHugeFile);
  await page.getByText('This file is larger than 25 MB.').waitFor();
  expect(sent).not.toContain('POST /api/documents');
  await page.getByRole('button', { name: 'Remove' }).first().click();
  await page.getByText('This file is larger than 25 MB.').waitFor({ state: 'detached' });
  await page.close();
});

test('an upload that fails can be tried again, and a cancelled one leaves nothing', async () => {
  const page = await openView('documents');
  await page.route(/X-Amz-Signature/u, (route) => route.abort());
  await choose(page, 'again.txt', harbour);
  await page.getByText(/^The upload failed\./u).waitFor();
  await page.unroute(/X-Amz-Signature/u);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page
    .getByRole('region', { name: 'again.txt' })
    .getByText(/^Done in/u)
    .waitFor();
  await page.route(/X-Amz-Signature/u, () => undefined);
  await choose(page, 'cancelled.txt', harbour);
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await page.getByRole('progressbar').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect((await deleted).status()).toBe(204);
  await page.reload();
  await page.getByRole('button', { name: 'again.txt', exact: true }).waitFor();
  expect(await page.getByText('cancelled.txt').count()).toBe(0);
  await page.close();
});

test('a pasted text is analysed, a failure is said in Japanese, and deleting can be undone', async () => {
  const page = await openView('documents', 'ja-JP');
  await page.getByRole('button', { name: 'テキストを貼り付け' }).click();
  await page.getByLabel('テキスト', { exact: true }).fill('ホテルは最高でした。');
  await page.getByLabel('感情とキーワード').check();
  await page.getByRole('button', { name: '開始' }).click();
  await page.getByText('肯定的', { exact: true }).waitFor();
  await choose(page, 'scan.pdf', 'no PDF');
  await page
    .getByText('PDF を読み取れませんでした。ファイルが破損しているか、PDF ではありません。')
    .last()
    .waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: '「scan.pdf」のその他の操作' }).click();
  await page.getByRole('menuitem', { name: '削除' }).click();
  const row = page.getByRole('button', { name: 'scan.pdf', exact: true });
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '元に戻す' }).click();
  await row.waitFor();
  await page.close();
});

test('a task is submitted with a callback, watched, and answered', async () => {
  const page = await openView('tasks');
  await page.getByRole('button', { name: 'Callback', exact: true }).click();
  await page.getByLabel('Address of the callback').fill('hooks.example.net');
  await page.getByLabel('What should be done?').fill('Tell me about rivers');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText(/^Enter a whole address/u).waitFor();
  await setScenario(host.system, {
    stream: [{ text: 'Hello **there**' }, { stall: '3s' }, { text: '!' }],
  });
  await page.getByLabel('Address of the callback').fill('http://127.0.0.1:9/hook');
  await page.getByRole('button', { name: 'Send' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Tell me about rivers' });
  await row.getByText('Running · 15 characters').waitFor();
  await row.locator('.answer strong', { hasText: 'there' }).waitFor();
  await row.getByText(/1 attempt · next one from/u).waitFor();
  await setScenario(host.system, {});
  expect(await violations(page)).toEqual([]);
  await page.close();
});

test('the callback secret is shown when asked for, and renewed after a confirmation', async () => {
  const page = await openView('tasks');
  const opener = page.getByRole('button', { name: 'Callback secret' });
  await opener.click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.innerText()).toContain('•');
  await dialog.getByRole('button', { name: 'Show' }).click();
  const secret = dialog.getByText(/^whsec_[\w+/=]{20,}$/u);
  const before = await secret.innerText();
  await dialog.getByRole('button', { name: 'Renew' }).click();
  await dialog.getByRole('heading', { name: 'Renew the secret?' }).waitFor();
  await dialog.getByRole('button', { name: 'Renew' }).click();
  await dialog.getByText(/^This is the new secret/u).waitFor();
  expect(await secret.innerText()).not.toBe(before);
  await page.keyboard.press('Escape');
  await opener.and(page.locator(':focus')).waitFor();
  await page.close();
});

test('a knowledge base is searched, and a search that finds nothing or fails says so', async () => {
  const page = await openView('knowledge');
  await page.getByRole('searchbox').fill('How is a callback signed?');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /passages for “How is a callback signed\?”/u }).waitFor();
  expect(await page.getByRole('list', { name: 'Passages' }).innerText()).toContain('tasks.md');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('searchbox').fill('zyzzyva');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing found for “zyzzyva”.').waitFor();
  await page.route('**/api/knowledge/search', (route) => route.abort());
  await page.keyboard.press('Enter');
  await page.getByText('The search failed.').waitFor();
  await page.unroute('**/api/knowledge/search');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Nothing found for “zyzzyva”.').waitFor();
  await page.close();
});

test('spending is shown against the limits and by day, for pointer and keyboard', async () => {
  const page = await openView('spending');
  await page.route('**/api/usage', (route) =>
    route.fulfill({
      json: {
        today: { date: '2026-11-30', turns: 1_204, tokens: 4_100_000, cost_usd: 3.42 },
        limits: { requests_per_minute: 600, tokens_per_day: 5_000_000, usd_per_day: 25 },
        earlier: [{ date: '2026-11-27', turns: 12, tokens: 1_200, cost_usd: 6.8 }],
      },
    }),
  );
  await page.reload();
  await page.getByText('What it would cost on AWS').waitFor();
  await page.getByText('$3.42 of $25', { exact: true }).waitFor();
  expect(await page.getByRole('meter', { name: 'Tokens' }).getAttribute('aria-valuenow')).toBe(
    '82',
  );
  await page.getByText(/^18% left until/u).waitFor();
  const chart = page.getByRole('slider', { name: /Spending by day/u });
  await chart.focus();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowLeft');
  expect(await chart.getAttribute('aria-valuetext')).toBe(
    'Friday, November 27, $6.80, Tokens 1,200, Answers 12',
  );
  await page.locator('[data-day="2026-11-30"]').hover();
  expect(await chart.getAttribute('aria-valuetext')).toContain('Monday, November 30, $3.42');
  const rows = page.getByRole('table').getByRole('row');
  expect(await rows.nth(2).innerText()).toBe('Friday, November 27\t12\t1,200\t$6.80');
  expect(await violations(page)).toEqual([]);
  await page.close();
});
