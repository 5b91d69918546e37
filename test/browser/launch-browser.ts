import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/**
 * Starts a browser, the first of: STREAMBED_CHROMIUM, playwright's own, the one that ships inside
 * @sparticuz/chromium (Linux x64), an installed Chrome or Edge. Throws where there is none.
 */
export async function launchBrowser(): Promise<Browser> {
  const given = process.env['STREAMBED_CHROMIUM'];
  if (given !== undefined) return launch({ executablePath: given });
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

/** The flags that @sparticuz/chromium comes with share one process and switch CORS off: not here. */
function launch(options: { executablePath?: string; channel?: string }): Promise<Browser> {
  const args = ['--no-sandbox', '--font-render-hinting=none'];
  return chromium.launch({ ...options, args });
}

/** Unpacks into the project: the package trusts whatever it finds in the temporary folder. */
async function unpackChromium(): Promise<string> {
  const folder = resolve('node_modules/.cache/chromium');
  await mkdir(folder, { recursive: true });
  process.env['TMPDIR'] = folder;
  // Makes the package bring the libraries that a bare system lacks.
  process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs24.x';
  const { default: packed } = await import('@sparticuz/chromium');
  const executable = await packed.executablePath();
  // Its own list of font folders knows /tmp only; without any font no text is drawn at all.
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
