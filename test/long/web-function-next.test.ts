import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildAll, pageFolder } from '#scripts/build.ts';
import {
  hostWebFunctions,
  webFunction,
  webUrl,
  type WebSystem,
} from '#test/fixtures/web-functions.ts';

let system: WebSystem;

/** What a standalone server of Next.js needs, which reads other variables. */
const start = `
const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');
Object.assign(process.env, { HOSTNAME: host, PORT: port });
require(${JSON.stringify(resolve(pageFolder, 'web/server.js'))});
`;

/** Nothing is asked of what is behind the page. */
const nowhere = 'http://127.0.0.1:1/';

const EnvironmentVariables = {
  NODE_ENV: 'production',
  PAGE_ORIGIN: 'http://127.0.0.1:1',
  CHAT_URL: nowhere,
  CONVERSATIONS_URL: nowhere,
  CONVERSATION_STREAM_URL: nowhere,
  API_URL: nowhere,
  FUNCTION_URL_AUTH: 'NONE',
  CONVERSATIONS_TABLE: 'none',
  SIGN_IN_ISSUER: `${nowhere}pool`,
  SIGN_IN_CLIENT: 'client',
};

beforeAll(async () => {
  await buildAll();
  const folder = await mkdtemp(join(tmpdir(), 'streambed-next-'));
  await writeFile(join(folder, 'index.js'), start);
  const options = { code: 'next', service: { EnvironmentVariables } };
  system = await hostWebFunctions(webFunction('Next', options), { next: folder });
});

afterAll(() => system.close());

test('a standalone server of Next.js answers as a web function', async () => {
  const page = await fetch(webUrl(system, 'Next'));
  const html = await page.text();
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/html'),
  ]);
  const [, script = ''] = /<script[^>]+src="([^"]+\.js[^"]*)"/u.exec(html) ?? [];
  const asset = await fetch(new URL(script, webUrl(system, 'Next')));
  expect([asset.status, asset.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('javascript'),
  ]);
});
