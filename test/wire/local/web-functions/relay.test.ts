import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  hostWebFunctions,
  webFunction,
  webUrl,
  type WebSystem,
} from '#test/fixtures/web-functions.ts';

/** A server whose responses are random bytes, in parts of random sizes, and their hash. */
const code = `
const { createHash, randomBytes, randomInt } = require('node:crypto');
const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');
const sizes = { tiny: 40, middle: 9_000, huge: 50_000 };
require('node:http').createServer(async (request, response) => {
  const [, size, framing] = request.url.split('/');
  const parts = Array.from({ length: 60 }, () => randomBytes(randomInt(1, sizes[size])));
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  response.setHeader('x-hash', hash.digest('hex'));
  if (framing === 'length') response.setHeader('content-length', Buffer.concat(parts).length);
  for (const part of parts) {
    if (!response.write(part)) await new Promise((resolve) => response.once('drain', resolve));
    if (randomInt(4) === 0) await new Promise(setImmediate);
  }
  response.end();
}).listen(port, host);
`;

let system: WebSystem;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await writeFile(join(folder, 'index.js'), code);
  system = await hostWebFunctions(webFunction('Random', { code: 'random' }), { random: folder });
});

afterAll(() => system.close());

test.each(['tiny', 'middle', 'huge'])(
  'many %s parts at once arrive as they were written',
  async (size) => {
    const read = async (framing: string): Promise<boolean> => {
      const response = await fetch(`${webUrl(system, 'Random')}${size}/${framing}`);
      const hash = createHash('sha256');
      for await (const chunk of response.body ?? []) {
        hash.update(chunk);
        // A slow reader lets the connections fill up.
        if (chunk.length > 10_000) await new Promise(setImmediate);
      }
      return hash.digest('hex') === response.headers.get('x-hash');
    };
    const calls = Array.from({ length: 10 }, (_, call) => read(call % 2 === 0 ? 'length' : ''));
    expect(await Promise.all(calls)).toEqual(Array<boolean>(10).fill(true));
  },
);
