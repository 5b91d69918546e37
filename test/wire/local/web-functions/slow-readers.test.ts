import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startLocalProcess } from '#test/fixtures/local-process.ts';
import { openSlowly, residentMb } from '#test/fixtures/slow-reader.ts';

const readers = 64;

/** How much every reader has read when the memory is measured. */
const bytesRead = 1024 * 1024;

/**
 * How many whole responses are read first. V8 collects the buffers that have been read when there
 * are some tens of megabytes of them, whether they were read for one caller or for many.
 */
const warmUp = 20;

test('readers that do not read on cost less than a megabyte each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const host = await startLocalProcess('cfn-web-function/template.yaml', folder);
  const url = `${host.state.webFunctions?.['PublicEndpoint']?.url}large`;
  for (let read = 0; read < warmUp; read += 1) {
    const { length } = await (await fetch(url)).bytes();
    expect(length).toBe(10 * 1024 * 1024);
  }
  const before = residentMb(host.pid);
  const slow = await Promise.all(Array.from({ length: readers }, () => openSlowly(url, {})));
  for (const reader of slow) reader.readUpTo(bytesRead);
  await expect.poll(() => slow.every((reader) => reader.bytesRead() >= bytesRead)).toBe(true);
  expect(residentMb(host.pid) - before).toBeLessThan(readers);
  for (const reader of slow) reader.disconnect();
  await host.kill('SIGINT');
});
