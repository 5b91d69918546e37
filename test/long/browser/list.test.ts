import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible } from '#test/browser/axe.ts';
import { usePage } from '#test/browser/use-page.ts';
import { chooseFor, endUndo, exported, row, storeTurn } from '#test/browser/page-steps.ts';

const host = usePage();

/** Opens the page as a new guest, or in a tab beside another page. */
const openPage = (path?: string, beside?: Page): Promise<Page> =>
  host.open(path, { beside, script: 'window.print = () => { window.isPrinted = true; }' });

const composer = (page: Page) => page.getByLabel('Message', { exact: true });

test('a conversation is renamed in its row, and a title that is no title is refused', async () => {
  const page = await openPage();
  await storeTurn(page, { message: 'Say one' });
  await page.reload();
  await page.getByRole('heading', { name: 'Today' }).waitFor();
  await chooseFor(page, 'Say one', 'Rename');
  const field = page.getByRole('textbox', { name: 'Title' });
  await field.fill(' ');
  await field.press('Enter');
  await page.getByText('Give the conversation a title.').waitFor();
  await field.fill('x'.repeat(81));
  await page.getByText('Titles can be up to 80 characters.').waitFor();
  await field.fill('The first');
  await field.press('Enter');
  await expect.poll(() => row(page, 'The first').count()).toBe(1);
  await page.context().setOffline(true);
  await chooseFor(page, 'The first', 'Rename');
  await field.fill('Another');
  await field.press('Enter');
  await page.getByText('“The first” couldn’t be renamed.').waitFor();
  await page.context().setOffline(false);
  // Three days later.
  await page.clock.setFixedTime(Date.now() + 3 * 86_400_000);
  await page.reload();
  await page.getByRole('group', { name: 'Previous 7 days' }).getByText('The first').waitFor();
  await page.context().close();
});

test('a deleted conversation can be restored until the time is over or the page is left', async () => {
  const page = await openPage();
  await storeTurn(page, { message: 'Say one' });
  const { conversation_id: id } = await storeTurn(page, { message: 'Say two' });
  await page.goto(`${host.server.url}/chat?conversation=${id}`);
  await chooseFor(page, 'Say two', 'Delete');
  expect(await row(page, 'Say two').count()).toBe(0);
  await page.getByText('Ask away. Nothing gets lost.').waitFor();
  await expect.poll(() => page.locator('.row-link:focus').innerText()).toBe('Say one');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.locator('.row-link:focus').innerText()).toBe('Say two');
  await page.waitForURL(/conversation=/u);
  // Another tab follows.
  const other = await openPage('/chat', page);
  await row(other, 'Say two').waitFor();
  await chooseFor(page, 'Say two', 'Delete');
  await endUndo(page);
  await expect.poll(() => row(other, 'Say two').count()).toBe(0);
  await chooseFor(page, 'Say one', 'Delete');
  await page.goto('about:blank');
  const isThere = async (): Promise<number> => {
    await other.reload();
    await other.getByText(/Today|will appear here/u).waitFor();
    return row(other, 'Say one').count();
  };
  await expect.poll(isThere).toBe(0);
  await other.context().close();
});

test('a conversation that is being answered is marked, and cannot be deleted meanwhile', async () => {
  const page = await openPage();
  await composer(page).fill('Write 3000 words about rivers');
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: 'Answer in progress' }).waitFor();
  await page.getByRole('link', { name: 'New chat' }).click();
  await page.getByRole('img', { name: 'Answer in progress' }).waitFor();
  await chooseFor(page, 'Write 3000 words about rivers', 'Delete');
  await endUndo(page);
  await page.getByText('is being answered. Stop the answer').waitFor();
  await expect.poll(() => row(page, 'Write 3000 words about rivers').count()).toBe(1);
  await page.context().close();
});

test('all of a long conversation is exported and printed', async () => {
  const page = await openPage();
  const { conversation_id: id } = await storeTurn(page, { message: 'Hi 1' });
  for (let turn = 2; turn <= 40; turn += 1) {
    await storeTurn(page, { conversation_id: id, message: `Hi ${turn}` });
  }
  await page.goto(`${host.server.url}/chat?conversation=${id}`);
  await page.getByText('Hi 40', { exact: true }).first().waitFor();
  const questions = Array.from({ length: 40 }, (_, index) => `Hi ${index + 1}`);

  const markdown = await exported(page, 'Export as Markdown');
  expect(markdown.name).toBe('Hi 1.md');
  expect(markdown.text.match(/^Hi \d+$/gmu)).toEqual(questions);
  const { text } = await exported(page, 'Export as JSON');
  const { turns } = JSON.parse(text) as { turns: { message: string }[] };
  expect(turns.map(({ message }) => message)).toEqual(questions);

  await page.keyboard.press('Control+p');
  await expect.poll(() => page.evaluate('window.isPrinted'), { timeout: 20_000 }).toBe(true);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.question').count()).toBe(40);
  expect(await page.locator('.rail, .composer').locator('visible=true').count()).toBe(0);
  const pages = (await page.pdf()).toString('latin1').match(/\/Type \/Page\b/gu);
  expect(pages?.length).toBeGreaterThan(2);
  await page.context().close();
});

test('drafts and the chosen branch are there after a reload', async () => {
  const page = await openPage();
  const first = await storeTurn(page, { message: 'Say one' });
  const { conversation_id: id, turn_id: turnId } = first;
  await storeTurn(page, { conversation_id: id, regenerate_turn_id: turnId });
  await composer(page).fill('not sent yet');
  await page.goto(`${host.server.url}/chat?conversation=${id}`);
  await page.getByText('2 / 2').waitFor();
  expect(await composer(page).inputValue()).toBe('');
  await composer(page).fill('more');
  await page.getByRole('button', { name: /Previous/u }).click();
  await page.getByText('1 / 2').waitFor();
  await page.reload();
  await page.getByText('1 / 2').waitFor();
  expect(await composer(page).inputValue()).toBe('more');
  await page.getByRole('link', { name: 'New chat' }).click();
  await expect.poll(() => composer(page).inputValue()).toBe('not sent yet');
  await page.keyboard.press('Enter');
  // What is written meanwhile stays in the field when the conversation has got its address.
  await composer(page).pressSequentially('and then');
  await page.waitForURL(/conversation=/u);
  expect(await composer(page).inputValue()).toBe('and then');
  await page.reload();
  await expect.poll(() => composer(page).inputValue()).toBe('and then');
  await page.context().close();
});

test('the palette finds conversations by their words, and commands by their names', async () => {
  const page = await openPage();
  await storeTurn(page, { message: 'Say one' });
  await storeTurn(page, { message: 'Tell me about rivers' });
  await page.reload();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Search and commands' });
  const chosen = page.getByRole('option', { selected: true });
  await field.fill('DOCUMENTATION');
  await chosen.locator('mark').getByText('documentation').waitFor();
  expect(await chosen.innerText()).toContain('Tell me about rivers');
  await field.fill('no such words');
  await page.getByText('Nothing found for “no such words”. Try another word.').waitFor();
  await field.fill('');
  await field.press('ArrowDown');
  await expect.poll(() => chosen.innerText()).toContain('Say one');
  await field.press('Enter');
  await page.waitForURL(/conversation=/u);
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('Control+k');
  await expectAccessible(page);
  await field.fill('dark');
  await field.press('Enter');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await composer(page).press('?');
  expect(await composer(page).inputValue()).toBe('?');
  await page.getByRole('link', { name: 'New chat' }).focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+b');
  await page.getByRole('button', { name: 'Show the sidebar' }).waitFor();
  await page.context().close();
});

test('settings change the page at once and for the next visit', async () => {
  const page = await openPage('/chat/settings');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Instructions' }).fill('Be brief.');
  await page.getByRole('radio', { name: 'Ctrl + Enter' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.getByRole('radio', { name: '日本語' }).click();
  await page.getByRole('heading', { name: '設定' }).waitFor();
  const html = await (await page.request.get(`${host.server.url}/chat/settings`)).text();
  expect(html).toMatch(/<html[^>]* lang="ja"[^>]* data-theme="dark"/u);
  await page.goto(`${host.server.url}/chat`);
  const field = page.getByLabel('メッセージ');
  await field.fill('一つ');
  await field.press('Enter');
  expect(await field.inputValue()).toBe('一つ\n');
  const [request] = await Promise.all([
    page.waitForRequest('**/api/chat/stream'),
    field.press('Control+Enter'),
  ]);
  expect(request.postDataJSON()).toMatchObject({ message: '一つ', system: 'Be brief.' });
  await page.context().close();
});

test('everything is exported, and deleted with what is on this device', async () => {
  const page = await openPage();
  await storeTurn(page, { message: 'Say one' });
  await composer(page).fill('not sent yet');
  await page.goto(`${host.server.url}/chat/settings`);
  await page.getByRole('textbox', { name: 'Instructions' }).fill('Be brief.');
  await page.getByRole('button', { name: 'Export' }).click();
  const names = (): Promise<string[]> => page.evaluate('Object.keys(localStorage)');
  await expect.poll(names).toContain('streambed.guest.job.export');
  await page.reload();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Markdown' }).click({ timeout: 20_000 }),
  ]);
  expect(file.suggestedFilename()).toMatch(/^streambed-export-.*\.md$/u);
  expect(await readFile(await file.path(), 'utf8')).toContain('# Say one');
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete everything?' });
  await dialog.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByText('Everything is deleted.').waitFor({ timeout: 20_000 });
  await page.getByText('Your conversations will appear here.').waitFor();
  expect(await composer(page).inputValue()).toBe('');
  expect(await names()).toEqual([]);
  await page.context().close();
});
