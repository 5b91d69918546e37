import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';

/** Runs in the browser. Stores a turn and returns the ids of its headers. */
const postTurn = `async (body) => {
  const response = await fetch('/api/chat/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.text();
  return {
    conversation_id: response.headers.get('x-streambed-conversation-id'),
    turn_id: response.headers.get('x-streambed-turn-id'),
  };
}`;

export interface StoredTurn {
  readonly conversation_id: string;
  readonly turn_id: string;
}

/** Stores a turn as the guest of a page, without showing it. */
export function storeTurn(
  page: Page,
  body: Readonly<Record<string, unknown>>,
): Promise<StoredTurn> {
  return page.evaluate(`(${postTurn})(${JSON.stringify(body)})`);
}

/** Returns the row of a conversation in the rail. */
export function row(page: Page, title: string): Locator {
  return page.getByRole('link', { name: title, exact: true });
}

/** Chooses an item of the menu of a conversation. */
export async function chooseFor(page: Page, title: string, item: string): Promise<void> {
  await row(page, title).hover();
  await page.getByRole('button', { name: `Options for “${title}”` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Lets the time to undo pass, as it does for whoever leaves the page. */
export async function endUndo(page: Page): Promise<void> {
  await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))");
}

/** Exports the open conversation by the menu of its title. */
export async function exported(page: Page, item: string): Promise<{ name: string; text: string }> {
  await page.locator('.bar-title').click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).last().click(),
  ]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}
