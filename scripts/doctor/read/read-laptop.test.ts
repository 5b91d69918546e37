import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSystem } from '#scripts/doctor/read/read-laptop.ts';

test('a system is absent, running or dead', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'local.json');
  expect(await readSystem(file)).toEqual({ type: 'absent' });
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await writeFile(file, JSON.stringify({ endpoints: { aws: `http://127.0.0.1:${port}` } }));
  expect(await readSystem(file)).toMatchObject({ type: 'running' });
  server.close();
  await once(server, 'close');
  expect(await readSystem(file)).toEqual({ type: 'dead' });
});
