import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Whether this machine can run the browser inside @sparticuz/chromium. */
export const hasPackagedChromium = process.platform === 'linux' && process.arch === 'x64';

/** Unpacks the browser before workers need it, because two of them would unpack over each other. */
export function setup(): void {
  if (!hasPackagedChromium || process.env['STREAMBED_CHROMIUM'] !== undefined) return;
  // In its own process, because unpacking changes the environment variables.
  execFileSync(process.execPath, ['test/browser/unpack-chromium.ts'], { stdio: 'inherit' });
}

/**
 * Unpacks @sparticuz/chromium unless it is unpacked, and returns the path of its executable. It
 * unpacks into the project, because the package trusts any file that it finds in the shared
 * temporary folder.
 */
export async function unpackChromium(): Promise<string> {
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

if (import.meta.main) await unpackChromium();
