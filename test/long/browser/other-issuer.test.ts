import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, pageOrigin, startPage, type Page as PageServer } from '#scripts/start-page.ts';
import { templateWithIssuer } from '#test/fixtures/changed-template.ts';
import { startOidcIssuer, type OidcIssuer } from '#test/fixtures/oidc-issuer.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { launchBrowser } from '#test/browser/launch-browser.ts';

let browser: Browser;
let issuer: OidcIssuer;
let system: StreambedSystem;
let server: PageServer;

beforeAll(async () => {
  browser = await launchBrowser();
  const port = await freePort(0, '--web-port');
  issuer = await startOidcIssuer(pageOrigin(port));
  system = await startSystem({ template: await templateWithIssuer(issuer.url, issuer.keysUrl) });
  const variables = {
    SIGN_IN_ISSUER: issuer.url,
    SIGN_IN_CLIENT: 'page',
    SIGN_IN_AUDIENCE: 'streambed',
    ALLOW_GUESTS: 'false',
  };
  server = await startPage(system.state, { port, watch: false, isBilled: false, variables });
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await system.close();
  issuer.close();
});

/** Signs in with a name that the issuer has never seen. */
async function signIn(name: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await page.goto(`${server.url}/chat`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.locator('[name=login]').fill(name);
  await page.locator('[name=password]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(/\/chat/u);
  return page;
}

test('people of another OpenID Connect issuer sign in, each with conversations of their own', async () => {
  const [ada, bob] = [await signIn('ada'), await signIn('bob')];
  await ada.getByText('ada').first().waitFor();
  await ada.getByLabel('Message', { exact: true }).fill('Hello from Ada');
  await ada.keyboard.press('Enter');
  await ada.getByText('The answer is complete.').waitFor({ state: 'attached' });
  await bob.reload();
  await bob.getByLabel('Message', { exact: true }).waitFor();
  expect(await bob.locator('#conversations li').count()).toBe(0);
});

test('without a refresh token a session ends with its access token', async () => {
  issuer.tokenSeconds = 2;
  const page = await signIn('carol');
  await page.goto(`${server.url}/chat`);
  const status = async (): Promise<number> =>
    (await page.request.get(`${server.url}/api/conversations`)).status();
  await expect.poll(status).toBe(401);
  await page.reload();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
});
