import { spawnSync } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { pageFolder } from '#scripts/build.ts';
import { startPage, type Page as PageServer } from '#scripts/start-page.ts';
import { createControlledAnswer, type ControlledAnswer } from '#test/fixtures/upstream-bedrock.ts';
import { signInAs } from './sign-in-as.ts';
import { usePage } from './use-page.ts';

const minimum = {
  ALLOW_GUESTS: 'true',
  PAGE_ORIGIN: 'http://localhost:3000',
  CONVERSATIONS_TABLE: 'table',
};

/** The server of a page whose browser calls the REST API itself. */
const host = usePage({ hasUpstream: true, variables: { PAGE_MODE: 'direct' } });

const apiUrl = (): string => String(host.system.state.apis['Api']?.url);

interface Visit {
  readonly page: Page;
  /** The calls of the chat API so far, such as `POST http://localhost:1/chat/stream`. */
  readonly calls: readonly string[];
}

async function visit({ url }: PageServer): Promise<Visit> {
  const context = await host.browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  const calls: string[] = [];
  page.on('request', (request) => {
    const called = `${request.method()} ${request.url()}`;
    if (/\/(?:chat\/stream|conversations)/u.test(called)) calls.push(called);
  });
  await page.goto(`${url}/chat`);
  return { page, calls };
}

/** Sends a message, whose answer begins with `text` and goes on as the test says. */
async function ask(page: Page, text: string): Promise<ControlledAnswer> {
  const speaker = createControlledAnswer();
  host.upstream.behave(speaker.behaviour);
  await page.getByLabel('Message', { exact: true }).fill('Tell me');
  await page.keyboard.press('Enter');
  speaker.write(text);
  await answerIs(page, text.trim());
  return speaker;
}

const answerIs = (page: Page, text: string): Promise<void> =>
  expect.poll(() => page.locator('.answer > p:first-child').innerText()).toBe(text);

test('the built page runs from its folder alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await cp(pageFolder, folder, { recursive: true });
  const options = { port: 0, watch: false, isBilled: false, folder };
  const server = await startPage(host.system.state, options);
  try {
    const { page, calls } = await visit(server);
    const speaker = await ask(page, 'Hello');
    speaker.end();
    expect(calls).toContain(`POST ${server.url}/api/chat/stream`);
    expect(calls.filter((call) => call.includes(apiUrl()))).toEqual([]);
  } finally {
    await server.close();
  }
});

test('a fault of the page itself is shown with the way on, within the policy of the page', async () => {
  const page = await host.browser.newPage({ locale: 'ja-JP' });
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/u.test(message.text())) refused.push(message.text());
  });
  await page.addInitScript('BroadcastChannel = class { constructor() { throw new Error(); } }');
  await page.goto(`${host.server.url}/chat`);
  const fault = page.getByRole('alert').filter({ hasText: 'ページで問題が発生しました' });
  await fault.getByRole('button', { name: '再読み込み' }).waitFor();
  expect(refused).toEqual([]);
});

test.each([
  [{}, 'SIGN_IN_ISSUER: must be set, unless ALLOW_GUESTS is true'],
  [{ ALLOW_GUESTS: 'true' }, 'PAGE_ORIGIN: must be set'],
  [{ ...minimum, CHAT_URL: 'nope' }, 'CHAT_URL: must be a URL, not "nope"'],
  [{ ...minimum, PAGE_MODE: 'direct' }, 'API_URL: must be set'],
])('a server that starts with %j ends, and says what is missing', (variables, message) => {
  const env = { PATH: process.env['PATH'], HOSTNAME: '127.0.0.1', PORT: '0', ...variables };
  const { status, stderr } = spawnSync(process.execPath, [`${pageFolder}/web/server.js`], {
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect([status, stderr.trim()]).toEqual([1, message]);
});

test('in direct mode the browser streams from the REST API as the person, in every step', async () => {
  const { page, calls } = await visit(host.server);
  await signInAs(page, host.system, 'demo');
  const speaker = await ask(page, 'One, ');
  await page.waitForURL(/conversation=/u);
  await page.reload();
  await answerIs(page, 'One,');
  speaker.write('two.');
  speaker.end();
  await answerIs(page, 'One, two.');
  await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  expect(calls).toContain(`POST ${apiUrl()}/chat/stream`);
  expect(calls.some((call) => /GET .*\/conversations\/[^/]+\/stream/u.test(call))).toBe(true);
  expect(calls.filter((call) => !call.includes(apiUrl()))).toEqual([]);
  const script = 'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)';
  expect(await page.evaluate(script)).not.toMatch(/eyJ|guest\./u);
});

/** Returns how the API answers a browser that asks with its own token. */
async function statusOf(page: Page, path: string): Promise<number> {
  const script = async (url: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const access = await fetch('/api/access', { method: 'POST', headers });
    const { token } = (await access.json()) as { token: string };
    return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
  };
  return page.evaluate(script, `${apiUrl()}${path}`);
}

test('in direct mode a guest chats with an owner of their own', async () => {
  const [one, other] = [await visit(host.server), await visit(host.server)];
  const speaker = await ask(one.page, 'Hello, guest');
  speaker.end();
  await one.page.waitForURL(/conversation=/u);
  const id = new URL(one.page.url()).searchParams.get('conversation');
  expect(await statusOf(one.page, `/conversations/${id}`)).toBe(200);
  expect(await statusOf(other.page, `/conversations/${id}`)).toBe(404);
});

test('in direct mode a token that the API refuses is replaced, and the request sent again', async () => {
  const { page } = await visit(host.server);
  const tokens: string[] = [];
  await page.route(`${apiUrl()}/chat/stream`, async (route) => {
    const { authorization = '', ...headers } = route.request().headers();
    tokens.push(authorization);
    if (tokens.length > 1) return route.continue();
    return route.continue({ headers: { ...headers, authorization: 'Bearer guest.forged' } });
  });
  const speaker = await ask(page, 'Hello');
  speaker.end();
  expect(tokens).toHaveLength(2);
});

test('a token for the API is given to the page itself only', async () => {
  const request = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${host.server.url}/api/access`, { method: 'POST', headers });
  const json = { 'content-type': 'application/json' };
  expect((await request(json)).status).toBe(401);
  const foreign = await request({ ...json, origin: 'http://localhost:1' });
  expect(foreign.status).toBe(403);
  expect((await request({ 'content-type': 'text/plain' })).status).toBe(403);
});
