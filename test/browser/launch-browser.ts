import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { hasPackagedChromium, unpackChromium } from './unpack-chromium.ts';

/**
 * Starts the first browser that it finds: the one named in `STREAMBED_CHROMIUM`, Playwright's own,
 * the one inside @sparticuz/chromium (Linux x64), an installed Chrome or Edge. Throws if there is
 * none.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['STREAMBED_CHROMIUM'];
  if (executablePath !== undefined) return launch({ executablePath });
  if (existsSync(chromium.executablePath())) return launch({});
  if (hasPackagedChromium) return launch({ executablePath: await unpackChromium() });
  for (const channel of ['chrome', 'msedge']) {
    const browser = await launch({ channel }).catch(() => undefined);
    if (browser !== undefined) return browser;
  }
  throw new Error('No browser found. Install Chrome, or name one in STREAMBED_CHROMIUM.');
}

/** Leaves out the flags of @sparticuz/chromium, which use a single process and turn off CORS. */
function launch(options: { executablePath?: string; channel?: string }): Promise<Browser> {
  const args = ['--no-sandbox', '--font-render-hinting=none'];
  return chromium.launch({ ...options, args });
}
