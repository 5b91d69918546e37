import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/**
 * Starts the first browser that it finds: the one named in `STREAMBED_CHROMIUM`, Playwright's own,
 * the one inside @sparticuz/chromium (Linux x64), an installed Chrome or Edge. Throws if there is
 * none.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['STREAMBED_CHROMIUM'];
  if (executablePath !== undefined) return launch({ executablePath });
  if (existsSync(chromium.executablePath())) return launch({});
  if (process.platform === 'linux' && process.arch === 'x64') {
    return launch({ executablePath: await unpackChromium() });
  }
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

/**
 * Unpacks @sparticuz/chromium and returns the path of its executable. It unpacks into the project,
 * because the package trusts any file that it finds in the shared temporary folder.
 */
async function unpackChromium(): Promise<string> {
  const folder = resolve('node_modules/.cache/chromium');
  await mkdir(folder, { recursive: true });
  process.env['TMPDIR'] = folder;
  // Makes the package unpack the shared libraries that a minimal system lacks.
  process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs24.x';
  const { default: chromiumPackage } = await import('@sparticuz/chromium');
  const executable = await chromiumPackage.executablePath();
  // Its own font configuration lists only /tmp. Without a font the browser draws no text.
  const fonts = join(folder, 'fonts');
  await writeFile(join(fonts, 'fonts.conf'), fontConfiguration(fonts));
  process.env['FONTCONFIG_PATH'] = fonts;
  return executable;
}

function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`;
}
