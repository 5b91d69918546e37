import type { Page } from 'playwright-core';
import type { Scenes } from './store-scenes.ts';

type Language = 'en' | 'ja';

/** A view, and what it takes until there is something to see. */
export interface LookedAt {
  readonly name: string;
  readonly path: string;
  readonly only?: 'desk' | 'phone';
  prepare(page: Page, language: Language): Promise<void>;
}

/** Returns every view of the page, with what was stored for it. */
export function views({ rich, endings, approval }: Scenes): readonly LookedAt[] {
  const conversation = `/chat?conversation=${rich}`;
  return [
    { name: 'empty', path: '/chat', prepare: waitFor('.ability') },
    { name: 'conversation', path: conversation, prepare: showAnswer },
    { name: 'endings', path: `/chat?conversation=${endings}`, prepare: waitFor('.ending') },
    { name: 'approval', path: `/chat?conversation=${approval}`, prepare: waitFor('.approval') },
    { name: 'menu', path: conversation, only: 'phone', prepare: openMenu },
    { name: 'documents', path: '/chat/documents', prepare: waitFor('.view .answer') },
    { name: 'tasks', path: '/chat/tasks', prepare: waitFor('.view h1') },
    { name: 'knowledge', path: '/chat/knowledge', prepare: waitFor('.view h1') },
    { name: 'passages', path: '/chat/knowledge', prepare: search },
    { name: 'spending', path: '/chat/spending', prepare: waitFor('.view svg') },
    { name: 'settings', path: '/chat/settings', prepare: waitFor('.view h1') },
    { name: 'behind', path: conversation, prepare: openBehind },
    { name: 'faults', path: '/chat', prepare: openFaults },
    { name: 'palette', path: conversation, prepare: openPalette },
    { name: 'shortcuts', path: conversation, only: 'desk', prepare: openShortcuts },
    { name: 'sign-in', path: '/auth/login', prepare: waitFor('form') },
    { name: 'nowhere', path: '/nowhere', prepare: waitFor('main a') },
  ];
}

function waitFor(selector: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.locator(selector).first().waitFor({ state: 'attached' });
    await untilHydrated(page);
  };
}

/** What is shown by the server is there before it reacts: the list comes from the page's own code. */
async function untilHydrated(page: Page): Promise<void> {
  if (new URL(page.url()).pathname.startsWith('/chat')) {
    await page.locator('#conversations .row-link').first().waitFor({ state: 'attached' });
  }
}

async function showAnswer(page: Page): Promise<void> {
  await waitFor('.turn .behind')(page);
  const scroll = 'document.querySelector(".transcript").scrollTo(0, 0)';
  await page.evaluate(scroll);
  await page.locator('.katex').first().waitFor();
  // What was loaded for it has moved it again.
  await page.evaluate(scroll);
}

async function search(page: Page): Promise<void> {
  await waitFor('.view h1')(page);
  await page.getByRole('searchbox').fill('How is a callback signed?');
  await page.keyboard.press('Enter');
  await page.locator('.passage').first().waitFor();
}

async function openMenu(page: Page, language: Language): Promise<void> {
  await waitFor('.turn .behind')(page);
  const name = { en: 'Open the menu', ja: 'メニューを開く' }[language];
  await page.getByRole('button', { name }).click();
  await page.locator('[data-drawer=open] .rail').waitFor();
}

async function openBehind(page: Page): Promise<void> {
  await waitFor('.turn .behind')(page);
  await page.locator('.turn .behind').first().click();
  await page.locator('.panel table').waitFor();
}

async function openFaults(page: Page): Promise<void> {
  await waitFor('.badge')(page);
  await page.locator('.badge').click();
  await page.locator('.panel h2').waitFor();
}

async function openPalette(page: Page): Promise<void> {
  await waitFor('.turn .behind')(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('callback');
  await page.getByRole('option').first().waitFor();
}

async function openShortcuts(page: Page): Promise<void> {
  await waitFor('.turn .behind')(page);
  await page.locator('.rail-nav a').first().focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
}
