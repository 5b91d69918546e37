import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  hostWebFunctions,
  webFunction,
  webLog,
  webUrl,
  type WebSystem,
} from '#test/fixtures/web-functions.ts';

/* Servers as people write them with libraries that do not know where they run. */

const servers = resolve('test/fixtures/web-servers');
let system: WebSystem;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-servers-'));
  system = await hostWebFunctions(
    {
      ...webFunction('Express', { code: 'express' }),
      ...webFunction('Hono', { code: 'hono.zip' }),
    },
    { express: await installed(folder), 'hono.zip': await archived(folder) },
  );
});

afterAll(() => system.close());

/** A folder with its packages, as `npm install` leaves it. */
async function installed(folder: string): Promise<string> {
  const target = join(folder, 'express');
  await cp(join(servers, 'express'), target, { recursive: true });
  await symlink(resolve('node_modules'), join(target, 'node_modules'));
  return target;
}

/** An archive with one file that contains its packages. */
async function archived(folder: string): Promise<string> {
  const outfile = join(folder, 'index.js');
  const entryPoints = [join(servers, 'hono/index.js')];
  await build({ outfile, entryPoints, bundle: true, platform: 'node', format: 'cjs' });
  const archive = join(folder, 'hono.zip');
  await writeFile(archive, zipSync({ 'index.js': await readFile(outfile) }));
  return archive;
}

const call = (logicalId: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(webUrl(system, logicalId) + path, init);

test('Express answers from a folder with its packages', async () => {
  const item = await call('Express', 'items/7');
  expect(await item.json()).toEqual({ id: '7', address: '127.0.0.1' });
  const created = await call('Express', 'items', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada' }),
  });
  expect([created.status, await created.json()]).toEqual([201, { created: 'Ada' }]);
  expect((await call('Express', 'missing')).status).toBe(404);
});

test('Hono answers from an archive', async () => {
  expect(await (await call('Hono', 'items/8')).json()).toEqual({ id: '8' });
});

test.each(['Express', 'Hono'])('a stream of %s arrives as it is written', async (logicalId) => {
  const stream = await call(logicalId, 'events');
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const reader = stream.body?.getReader();
  for (let event = 0; event < 3; event += 1) {
    const { value } = (await reader?.read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain('data: ');
  }
  await reader?.cancel();
  await expect
    .poll(() => webLog(system, logicalId))
    .toContainEqual(expect.objectContaining({ message: 'the reader has left' }));
});
