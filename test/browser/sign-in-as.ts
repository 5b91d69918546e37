import type { Page } from 'playwright-core';
import type { StreambedSystem } from '#test/fixtures/system.ts';

/** Signs a user of the pool in, from the page through the hosted sign-in pages and back. */
export async function signInAs(
  page: Page,
  { state }: StreambedSystem,
  username: string,
): Promise<void> {
  const { password = '' } = state.signIn?.users.find((user) => user.username === username) ?? {};
  await page.getByRole('link', { name: /^(?:Sign in|サインイン)$/u }).click();
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.getByRole('button').click();
  await page.waitForURL(/\/chat/u);
}
