import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { expectAccessible } from '#test/browser/axe.ts';
import { usePage } from '#test/browser/use-page.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

/* What goes into a message and by which keys, who answers it, and what that costs. */

const host = usePage({
  isBilled: true,
  parameters: {
    Agents: 'helper=arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-local',
  },
});
beforeEach(() => setScenario(host.system, {}));

const composer = (page: Page) => page.getByLabel('Message', { exact: true });

async function settles(page: Page, turns = 1): Promise<void> {
  await expect.poll(() => page.locator('.turn[data-state=settled]').count()).toBe(turns);
}

async function ask(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.keyboard.press('Enter');
  await settles(page);
}

test('a chosen agent answers, and its name stays with the answer', async () => {
  const page = await host.open();
  await page.getByRole('button', { name: 'Model: Claude Haiku 4.5' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'helper' }).click();
  await page.getByRole('button', { name: 'Model: helper' }).waitFor();
  await ask(page, 'What can you do?');
  expect(await page.locator('.answer').innerText()).not.toBe('');
  expect(await page.locator('.turn .behind').innerText()).toMatch(/^helper · \d+\.\d s/u);
  await page.reload();
  await page.getByRole('button', { name: 'Model: helper' }).waitFor();
  expect(await page.locator('.turn .behind').innerText()).toMatch(/^helper · \d+\.\d s/u);
});

/** Runs in the browser. Pastes or drops files as a person does: with an event at the field. */
const giveFiles = (type: 'paste' | 'drop', names: readonly string[]): string => `{
  const data = new DataTransfer();
  for (const name of ${JSON.stringify(names)}) {
    const isPicture = name.endsWith('.png');
    const bytes = isPicture ? [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] : [72, 105];
    const type = isPicture ? 'image/png' : 'text/plain';
    data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  }
  const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
  const field = document.querySelector('.composer textarea');
  const give = (event) => field.dispatchEvent(event);
  if ('${type}' === 'paste') give(new ClipboardEvent('paste', init));
  else {
    give(new DragEvent('dragover', init));
    give(new DragEvent('drop', init));
  }
}`;

test.each(['paste', 'drop'] as const)('files by %s go with the message', async (type) => {
  const page = await host.open();
  await page.getByRole('button', { name: 'Model: Claude Haiku 4.5' }).waitFor();
  await page.evaluate(giveFiles(type, ['shot.png', 'notes.txt']));
  await page.locator('.composer .attachment[data-state=done]').nth(1).waitFor();
  await page.locator('.composer .attachment img').waitFor();
  await ask(page, 'What is in these files?');
  expect(await page.locator('.composer .attachment').count()).toBe(0);
  await page.locator('.asked-picture').waitFor();
  await page.getByRole('button', { name: 'Download notes.txt' }).waitFor();
});

test('a file that is dragged over the composer is expected there, until it leaves', async () => {
  const page = await host.open();
  await page.getByRole('button', { name: 'Model: Claude Haiku 4.5' }).waitFor();
  const drag = (type: string): Promise<unknown> =>
    page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['Hi'], 'a.txt', { type: 'text/plain' }));
      const event = new DragEvent('${type}', { bubbles: true, cancelable: true, dataTransfer });
      document.querySelector('.composer textarea').dispatchEvent(event);
    }`);
  await drag('dragover');
  const isExpected = () => page.locator('.composer').getAttribute('data-dropping');
  await expect.poll(isExpected).toBe('true');
  await drag('dragleave');
  await expect.poll(isExpected).toBe('false');
});

test('with Ctrl+Enter as the send key, Enter makes a line, now and after a reload', async () => {
  const page = await host.open('/chat/settings');
  await page.getByText('Ctrl + Enter', { exact: true }).click();
  await page.getByRole('link', { name: 'New chat' }).first().click();
  await composer(page).fill('One');
  await page.keyboard.press('Enter');
  await page.keyboard.insertText('two');
  expect(await composer(page).inputValue()).toBe('One\ntwo');
  await page.keyboard.press('Control+Enter');
  await settles(page);
  expect(await page.locator('.question-text').innerText()).toBe('One\ntwo');
  await page.reload();
  await settles(page);
  await composer(page).fill('Three');
  await page.keyboard.press('Enter');
  expect(await composer(page).inputValue()).toBe('Three\n');
  await page.keyboard.press('Control+Enter');
  await settles(page, 2);
});

test('the tokens of an answer are shown by their kinds, with the cost of each and the model', async () => {
  const page = await host.open();
  await ask(page, 'Write 200 words about rivers');
  const live = await page.locator('.turn .behind').innerText();
  expect(live).toMatch(/^Claude Haiku 4\.5 · \d+\.\d s$/u);
  await page.reload();
  await settles(page);
  expect(await page.locator('.turn .behind').innerText()).toMatch(
    /^Claude Haiku 4\.5 · \d+\.\d s$/u,
  );
  await page.locator('.turn .behind').click();
  const table = page.locator('.panel').getByRole('table');
  await table.getByRole('columnheader', { name: 'Claude Haiku 4.5' }).waitFor();
  await table.getByRole('columnheader', { name: 'Cost', exact: true }).waitFor();
  const texts = await table.getByRole('row').allInnerTexts();
  const rows = new Map(
    texts.map((text) => {
      const [name = '', ...values] = text.split('\t');
      return [name, values];
    }),
  );
  expect([...rows.keys()].slice(1)).toEqual([
    'Read from cache',
    'Written to cache',
    'Input',
    'Output',
    'Total',
  ]);
  const usd = (name: string): number => Number(rows.get(name)?.[1]?.replace('$', ''));
  const sum = usd('Input') + usd('Output') + usd('Read from cache') + usd('Written to cache');
  expect(usd('Output')).toBeGreaterThan(usd('Input'));
  expect(sum).toBeCloseTo(usd('Total'), 4);
  await expectAccessible(page);
});
