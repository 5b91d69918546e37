import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startLocalProcess } from '#test/fixtures/local-process.ts';
import { openSlowly, residentMb, type SlowReader } from '#test/fixtures/slow-reader.ts';

const readers = 64;

/** How much every reader has read when the memory is measured. */
const bytesRead = 1024 * 1024;

async function openReaders(url: string): Promise<readonly SlowReader[]> {
  const slow = await Promise.all(Array.from({ length: readers }, () => openSlowly(url, {})));
  for (const reader of slow) reader.readUpTo(bytesRead);
  await expect.poll(() => slow.every((reader) => reader.bytesRead() >= bytesRead)).toBe(true);
  return slow;
}

test('readers that do not read on cost less than a megabyte each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const host = await startLocalProcess('cfn-web-function/template.yaml', folder);
  const url = `${host.state.webFunctions?.['PublicEndpoint']?.url}large`;
  const whole = await (await fetch(url)).bytes();
  expect(whole).toHaveLength(10 * 1024 * 1024);
  // The first readers let the heap grow to what a busy host needs in any case.
  const first = await openReaders(url);
  const before = residentMb(host.pid);
  const more = await openReaders(url);
  expect(residentMb(host.pid) - before).toBeLessThan(readers);
  for (const reader of [...first, ...more]) reader.disconnect();
  await host.kill('SIGINT');
});
