import { launchBrowser } from '#test/browser/launch-browser.ts';
import { hostPage } from '#test/fixtures/page.ts';
const { system, server } = await hostPage({ knowledge: 'docs', parameters: { KnowledgeBases: 'docs=LOCALKB001' } });
const browser = await launchBrowser();
const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1200, height: 800 } });
page.on('console', (m) => console.log('console', m.type(), m.text().slice(0, 300)));
page.on('pageerror', (e) => console.log('pageerror', e.message));
page.on('response', async (r) => { if (r.status() >= 400) console.log(r.status(), r.request().method(), r.url(), (await r.text().catch(() => '')).slice(0, 300)); });
page.on('requestfailed', (r) => console.log('failed', r.method(), r.url(), r.failure()?.errorText));
const tools = () => page.locator('.tools').innerText().then((t) => console.log(JSON.stringify(t)));
try {
await page.goto(`${server.url}/chat`);
await page.getByRole('button', { name: 'Model: Claude Haiku 4.5' }).waitFor();
await page.getByRole('button', { name: /^Model/u }).click();
await page.getByRole('menuitemcheckbox', { name: /Nova/u }).first().click(); await tools();
await page.getByRole('button', { name: 'Tools', exact: true }).click();
await page.getByRole('menuitemcheckbox', { name: /^time/u }).click(); await tools();
await page.getByRole('button', { name: /^Model/u }).click();
await page.getByRole('menuitem', { name: 'Settings of this conversation' }).click();
await page.getByLabel('Instructions').fill('Answer like a sailor.'); 
await page.screenshot({ path: '/tmp/talk-shots/dialog.png' });
await page.getByLabel('Temperature').fill('0.2');
await page.getByRole('button', { name: 'Save' }).click(); await page.waitForTimeout(500); await tools(); console.log(page.url());
const input = page.locator('input[type=file]');
await input.setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.alloc(2048, 'x') }]);
await page.waitForTimeout(3000);
await page.screenshot({ path: '/tmp/talk-shots/file.png' });
} catch (e) { console.log(e); }
await browser.close(); await server.close(); await system.close();
