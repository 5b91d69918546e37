import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '#local/process/clock.ts';
import { startTraceReceiver, type TraceReceiver } from '#local/traces/trace-receiver.ts';
import { rounds } from '#test/fixtures/rounds.ts';
import { findViolations } from '#test/browser/axe.ts';
import { usePage } from '#test/browser/use-page.ts';
import { storeScenes, type Scenes } from './looks/store-scenes.ts';
import { views } from './looks/views.ts';

/*
 * Opens every view, with axe, and writes a picture of each to the folder `screenshots`. The long run
 * does so in all themes, languages and widths.
 */

const folder = join(import.meta.dirname, '../../../screenshots');
const sizes = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;
const languages = { en: 'en-US', ja: 'ja-JP' } as const;

type Look = readonly [keyof typeof sizes, 'light' | 'dark', keyof typeof languages];

const some: readonly Look[] = [
  ['desk', 'light', 'en'],
  ['phone', 'dark', 'ja'],
];
const all: readonly Look[] = (['desk', 'phone'] as const).flatMap((size) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    (['en', 'ja'] as const).map((language): Look => [size, theme, language]),
  ),
);

let traces: TraceReceiver;
beforeAll(async () => {
  traces = await startTraceReceiver({ log: () => undefined });
});
afterAll(() => traces.close());
// Times are shown, so they are real ones.
const host = usePage(() => ({
  traces,
  clock: realClock,
  knowledge: 'docs',
  parameters: { KnowledgeBases: 'docs=LOCALKB001' },
}));
let scenes: Scenes;
let state: Awaited<ReturnType<BrowserContext['storageState']>>;

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  const page = await host.open();
  scenes = await storeScenes(page, host.system);
  state = await page.context().storageState();
  await page.close();
}, 60_000);

test.each(rounds === 1 ? some : all)(
  'every view is accessible and can be looked at: %s, %s, %s',
  { timeout: 120_000 },
  async (size, colorScheme, language) => {
    const context = await host.browser.newContext({
      ...sizes[size],
      colorScheme,
      locale: languages[language],
      reducedMotion: 'reduce',
      storageState: state,
    });
    const found: Record<string, readonly string[]> = {};
    for (const { name, path, prepare, only } of views(scenes)) {
      if (only !== undefined && only !== size) continue;
      const page = await context.newPage();
      await page.goto(`${host.server.url}${path}`);
      await prepare(page, language);
      await expectNoOverflow(page, size);
      found[name] = await findViolations(page);
      const picture = `${name}-${size}-${colorScheme}-${language}.png`;
      await page.screenshot({ path: join(folder, picture) });
      await page.close();
    }
    expect(Object.entries(found).filter(([, violations]) => violations.length > 0)).toEqual([]);
    await context.close();
  },
);

async function expectNoOverflow(page: Page, size: Look[0]): Promise<void> {
  const width: number = await page.evaluate('document.scrollingElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(sizes[size].viewport.width);
  // These scroll up and down, and nothing in them may be cut off at the side.
  const cut: string[] = await page.evaluate(`
    [...document.querySelectorAll('.scroll, .transcript, .panel, .rail, dialog')]
      .filter((frame) => frame.scrollWidth > frame.clientWidth)
      .map((frame) => frame.className)`);
  expect(cut).toEqual([]);
}
