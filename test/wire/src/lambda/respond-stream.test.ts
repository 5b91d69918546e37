import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSlowly, residentMb } from '#test/fixtures/slow-reader.ts';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await build({
    entryPoints: ['test/fixtures/endless-handler.ts'],
    outfile: join(folder, 'index.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  const more = { Code: { S3Key: 'endless' }, MemorySize: 512, Timeout: 60 };
  const endless = functionWithUrl('Endless', { handler: 'handler', more });
  const brief = functionWithUrl('Brief', {
    handler: 'untilDeadline',
    more: { ...more, Timeout: 3 },
  });
  system = await hostResources({ ...endless, ...brief }, { endless: folder });
});
afterAll(() => system.close());

test.runIf(process.platform === 'linux')(
  'a 300 MB response is held back for a slow reader without filling memory',
  async () => {
    const reader = await openSlowly(system.state.functions['Endless']?.url ?? '', {});
    const [pid = 0] = system.functionHost('Endless').pids();
    reader.readUpTo(1_000_000);
    await expect.poll(() => reader.bytesRead()).toBeGreaterThanOrEqual(1_000_000);
    const before = residentMb(pid);
    let max = before;
    for (let sample = 0; sample < 20; sample += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      max = Math.max(max, residentMb(pid));
    }
    reader.disconnect();
    expect(max - before).toBeLessThanOrEqual(20);
    expect(max).toBeLessThan(150);
    await expect.poll(() => system.lines.join('\n'), { timeout: 20_000 }).toContain('REPORT');
  },
);

test('a response ends at the deadline even if its reader never reads', async () => {
  const reader = await openSlowly(system.state.functions['Brief']?.url ?? '', {});
  await expect.poll(() => system.lines.join('\n'), { timeout: 10_000 }).toContain('body ended');
  expect(system.lines.join('\n')).not.toContain('timed out');
  reader.disconnect();
});
