import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { pageSessionKey } from '#aws/dynamo/keys.ts';
import { hashOf, seal, unseal } from '../../web/server/sign-in/seal.ts';
import { usePage } from './use-page.ts';
import { signInAs } from './sign-in-as.ts';

const host = usePage();

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
}

async function visit(locale = 'en-US'): Promise<Visit> {
  const page = await host.open('/chat', { locale });
  return { context: page.context(), page };
}

async function send(page: Page, text: string, label = 'Message'): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

async function sessionCookie(context: BrowserContext) {
  return (await context.cookies()).find(({ name }) => name === 'streambed-session');
}

const answerCompletes = (page: Page): Promise<void> =>
  page.getByText('The answer is complete.').waitFor({ state: 'attached' });

const titles = (page: Page): Promise<string[]> => page.locator('#conversations li').allInnerTexts();

test('two people sign in, and neither sees the conversations of the other', async () => {
  const [ada, bob] = [await visit(), await visit()];
  await signInAs(ada.page, host.system, 'demo');
  await signInAs(bob.page, host.system, 'guest');
  await ada.page.getByText('demo', { exact: false }).first().waitFor();
  await send(ada.page, 'Say hello to Ada');
  await answerCompletes(ada.page);
  await send(bob.page, 'Say hello to Bob');
  await answerCompletes(bob.page);
  await ada.page.reload();
  await bob.page.reload();
  await ada.page.getByText('Say hello to Ada').first().waitFor();
  await bob.page.getByText('Say hello to Bob').first().waitFor();
  expect((await titles(ada.page)).join()).not.toContain('Bob');
  expect((await titles(bob.page)).join()).not.toContain('Ada');
  // The address of the other's conversation leads nowhere.
  const id = new URL(ada.page.url()).searchParams.get('conversation');
  expect((await bob.page.request.get(`${host.server.url}/api/conversations/${id}`)).status()).toBe(
    404,
  );
  await Promise.all([ada.context.close(), bob.context.close()]);
});

test('the tokens of a person never reach the browser', async () => {
  const { context, page } = await visit();
  await signInAs(page, host.system, 'demo');
  const cookies = await context.cookies();
  const session = await sessionCookie(context);
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
  expect(session?.value).toMatch(/^[\w-]{43}$/u);
  const seen = `${JSON.stringify(cookies)} ${await page.content()}`;
  expect(seen).not.toContain('eyJ');
  expect(await page.evaluate('document.cookie')).toBe('');
  await context.close();
});

test('signing out ends the session, and the conversations are there after signing in again', async () => {
  const { context, page } = await visit('ja-JP');
  await signInAs(page, host.system, 'demo');
  await send(page, '日本語のあいさつ', 'メッセージ');
  await page.getByText('回答が完了しました').waitFor({ state: 'attached' });
  const before = await sessionCookie(context);
  await page.locator('.who').click();
  await page.getByRole('menuitem', { name: 'サインアウト', exact: true }).click();
  await page.getByRole('link', { name: 'サインイン' }).waitFor();
  expect((await titles(page)).join()).not.toContain('日本語');
  // The cookie of the ended session opens nothing.
  if (before !== undefined) await context.addCookies([before]);
  expect((await page.request.get(`${host.server.url}/api/conversations`)).status()).toBe(401);
  await context.clearCookies();
  await page.goto(`${host.server.url}/chat`);
  await signInAs(page, host.system, 'demo');
  await page.getByText('日本語のあいさつ').first().waitFor();
  await context.close();
});

test('signing out everywhere ends the sessions of the person in all browsers, and of nobody else', async () => {
  const [first, second, other] = [await visit(), await visit(), await visit()];
  await signInAs(first.page, host.system, 'demo');
  await signInAs(second.page, host.system, 'demo');
  await signInAs(other.page, host.system, 'guest');
  await first.page.locator('.who').click();
  await first.page.getByRole('menuitem', { name: 'Sign out everywhere' }).click();
  await first.page.getByRole('link', { name: 'Sign in' }).waitFor();
  const statusIn = async ({ page }: Visit): Promise<number> =>
    (await page.request.get(`${host.server.url}/api/conversations`)).status();
  expect([await statusIn(second), await statusIn(other)]).toEqual([401, 200]);
  await second.page.goto(`${host.server.url}/chat`);
  await second.page.getByRole('heading', { name: 'Sign in to Streambed' }).waitFor();
  for (const { context } of [first, second, other]) await context.close();
});

test('a forged cookie is refused', async () => {
  const { context, page } = await visit();
  for (const value of ['a'.repeat(43), '', 'user:demo', '../../etc']) {
    await context.clearCookies();
    await context.addCookies([{ name: 'streambed-session', value, url: host.server.url }]);
    expect((await page.request.get(`${host.server.url}/api/conversations`)).status()).toBe(401);
  }
  await context.close();
});

test('a new guest has an owner before the page sends its first requests', async () => {
  const context = await host.browser.newContext();
  const response = await context.request.get(`${host.server.url}/chat`);
  expect(response.headers()['set-cookie']).toMatch(/streambed-guest=[\w-]{24};.*HttpOnly/u);
  const [first, second] = await Promise.all(
    ['a', 'b'].map(() => context.request.get(`${host.server.url}/api/conversations`)),
  );
  expect([first?.status(), second?.status()]).toEqual([200, 200]);
  expect(second?.headers()['set-cookie']).toBeUndefined();
  await context.clearCookies();
  expect((await context.request.get(`${host.server.url}/api/conversations`)).status()).toBe(401);
  await context.close();
});

test('each browser without a sign-in is a guest of its own', async () => {
  const [first, second] = [await visit(), await visit()];
  await send(first.page, 'Say hello to the first guest');
  await answerCompletes(first.page);
  await second.page.reload();
  expect((await titles(second.page)).join()).not.toContain('first guest');
  await first.page.reload();
  await first.page.getByText('Say hello to the first guest').first().waitFor();
  for (const { context } of [first, second]) await context.close();
});

/** Makes the tokens of the session in a browser expire, and returns their refresh token. */
async function expireTokens(context: BrowserContext): Promise<string | undefined> {
  const { region, endpoints, credentials, tables } = host.system.state;
  const config = { region, endpoint: endpoints.aws, credentials };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const TableName = tables['Conversations'];
  const id = (await sessionCookie(context))?.value ?? '';
  const Key = { ...pageSessionKey(hashOf(id)) };
  const { Item } = await client.send(new GetCommand({ TableName, Key }));
  const tokens = unseal(id, String(Item?.['sealed']));
  const sealed = seal(id, { ...tokens, accessToken: 'expired', expiresAtMs: 1 });
  await client.send(new PutCommand({ TableName, Item: { ...Item, sealed } }));
  return tokens.refreshToken;
}

test('tokens that expire while an answer streams are renewed by the next requests, once', async () => {
  const { context, page } = await visit();
  await signInAs(page, host.system, 'demo');
  await send(page, 'Write 2000 words about mountain rivers');
  await page.locator('.answer').waitFor();
  const before = await expireTokens(context);
  // The issuer accepts a refresh token once, and ends the session if it is used again.
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () =>
      (await page.request.get(`${host.server.url}/api/conversations`)).status(),
    ),
  );
  expect(statuses).toEqual(Array.from({ length: 8 }, () => 200));
  await answerCompletes(page);
  await page.reload();
  await page.getByText('Write 2000 words about mountain rivers').first().waitFor();
  const after = await expireTokens(context);
  expect(after).toEqual(expect.any(String));
  expect(after).not.toBe(before);
  await context.close();
});
