import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startPage } from '#scripts/start-page.ts';
import { submitDocument } from '#test/fixtures/documents.ts';
import { attack, refused } from '#test/fixtures/page-attack.ts';
import { signedIn } from '#test/fixtures/signed-in.ts';
import { createControlledAnswer, type ControlledAnswer } from '#test/fixtures/upstream-bedrock.ts';
import { usePage } from './use-page.ts';

/* What a model writes is shown as it is meant, and whatever it writes, nothing of it runs. */

const host = usePage({ hasUpstream: true });

interface Visit {
  readonly page: Page;
  /** Requests to other origins, and to scripts and style sheets of this one. */
  readonly foreign: readonly string[];
  readonly files: readonly string[];
  readonly errors: readonly string[];
  /** What the page's policy has refused so far. */
  violations(): Promise<readonly string[]>;
}

/** Runs in the browser. */
const collectViolations = `
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.violations.push(event.effectiveDirective);
  });
`;

async function visit(path = '/chat', { url } = host.server): Promise<Visit> {
  const context = await host.browser.newContext({ locale: 'en-US' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const [errors, foreign, files]: [string[], string[], string[]] = [[], [], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) foreign.push(request.url());
    else if (/\.(?:js|css|woff2)$/u.test(request.url())) files.push(request.url());
  });
  await page.addInitScript(collectViolations);
  await page.goto(url + path, { waitUntil: 'networkidle' });
  return { page, errors, foreign, files, violations: () => page.evaluate('violations') };
}

async function startAnswer(page: Page, text: string): Promise<ControlledAnswer> {
  const speaker = createControlledAnswer();
  host.upstream.behave(speaker.behaviour);
  await page.getByLabel('Message', { exact: true }).fill('Tell me');
  await page.keyboard.press('Enter');
  speaker.write(text);
  return speaker;
}

async function answer(page: Page, text: string): Promise<void> {
  const speaker = await startAnswer(page, text);
  speaker.end();
  await expect.poll(() => page.locator('.turn:not([data-state="settled"])').count()).toBe(0);
}

/** Returns what got through, and which directives of the policy refused nothing. */
async function attackPage({ page, errors, foreign, violations }: Visit): Promise<unknown> {
  expect([await violations(), foreign, errors]).toEqual([[], [], []]);
  const ran = await page.evaluate(attack);
  const directives = new Set(await violations());
  await page.context().close();
  return { ran, silent: refused.filter((directive) => !directives.has(directive)) };
}

const allRefused = { ran: [], silent: [] };

test.each(['/chat', '/nowhere'])('what gets into %s cannot run or leave', async (path) => {
  expect(await attackPage(await visit(path))).toEqual(allRefused);
});

test('what gets into the page before people sign in cannot run or leave', async () => {
  const variables = { ALLOW_GUESTS: 'false' };
  const options = { port: 0, watch: false, isBilled: false, variables };
  const gate = await startPage(host.system.state, options);
  try {
    const visited = await visit('/chat', gate);
    await visited.page.getByRole('heading', { name: 'Sign in to Streambed' }).waitFor();
    expect(await attackPage(visited)).toEqual(allRefused);
  } finally {
    await gate.close();
  }
});

test('every response has a policy, and none is a page that other sites can use', async () => {
  for (const path of ['/chat', '/nowhere', '/api/conversations', '/auth/login', '/icon.svg']) {
    const { headers } = await fetch(host.server.url + path, { redirect: 'manual' });
    expect([path, headers.get('content-security-policy')]).toEqual([
      path,
      expect.stringMatching(/default-src '(?:self|none)'.*frame-ancestors 'none'/u),
    ]);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('camera=()');
  }
  const nonces = await Promise.all(
    [1, 2].map(async () =>
      / nonce="[^"]+"/u.exec(await (await fetch(`${host.server.url}/chat`)).text()),
    ),
  );
  expect(String(nonces[0])).not.toBe(String(nonces[1]));
});

const hostile = `<script>ran()</script> <img src=x onerror="ran()"> <svg onload="ran()"></svg>

<iframe src="https://evil.example"></iframe> <a href="javascript:ran()">raw</a> <style>*{color:red}</style>

[a](javascript:ran()) [b](  javascript:ran()) [c](data:text/html,<script>ran()</script>) [d](vbscript:ran())
[e]() [f](//evil.example) [g](/api/conversations) [h](/auth/login) [i](#) <javascript:ran()>

![p](https://evil.example/p.png) ![q](data:image/svg+xml,<svg/onload=ran()>) ![r](javascript:ran())

| <b onclick="ran()">x</b> |
| --- |
| ![t](https://evil.example/t.png) |

$\\href{javascript:ran()}{x}$ $\\includegraphics{https://evil.example/x.png}$ $\\htmlStyle{color:red}{x}$

\`\`\`html
<script>ran()</script>
\`\`\`

exe\u202Egpj.txt and \`a\u2066b\``;

test('nothing of a hostile answer runs, and nothing is fetched for it', async () => {
  const { page, foreign, errors, violations } = await visit();
  await page.evaluate('window.ran = () => { window.hasRun = true; }');
  await answer(page, hostile);
  await page
    .locator('.answer .katex, .answer [class*=word]')
    .first()
    .waitFor({ state: 'attached' });
  const content = page.locator('.answer');
  expect(
    await content.locator('script, img, iframe, style, object, svg:not(button svg)').count(),
  ).toBe(0);
  const links = await page.evaluate(
    "[...document.querySelectorAll('.answer a')].map(({ href }) => href)",
  );
  expect(links).toEqual(['https://evil.example/p.png', 'https://evil.example/t.png']);
  expect(await content.locator('abbr').allInnerTexts()).toEqual(['RLO', 'LRI']);
  for (const word of ['raw', 'a', 'e', 'g']) await content.getByText(word).first().click();
  expect(await page.evaluate('window.hasRun')).toBeUndefined();
  expect([await violations(), foreign, errors]).toEqual([[], [], []]);
  await page.context().close();
});

test('a link to another site is opened only after its whole address was seen', async () => {
  const { page } = await visit();
  await page.context().route(/evil\.example/u, (route) => route.fulfill({ body: 'evil' }));
  await answer(page, 'See [https://bank.example](https://evil.example/phish?a=1).');
  await page.locator('.answer').getByText('(evil.example)').waitFor();
  const link = page.getByRole('link', { name: 'https://bank.example' });
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  await link.click();
  const dialog = page.getByRole('dialog', { name: 'Open this address?' });
  await dialog.getByText('https://evil.example/phish?a=1').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.textContent')).toBe('https://bank.example');
  await page.keyboard.press('Enter');
  const opened = page.context().waitForEvent('page');
  await dialog.getByRole('link', { name: 'Open' }).click();
  expect((await opened).url()).toBe('https://evil.example/phish?a=1');
  expect(await (await opened).evaluate('window.opener')).toBeNull();
  await dialog.waitFor({ state: 'detached' });
  await page.context().close();
});

const isColoured = (page: Page): Promise<boolean> =>
  page.locator('.answer pre [class*=word]').first().isVisible();

test('the page may call the bucket that it uploads files to', async () => {
  const { page, violations } = await visit();
  const demo = await signedIn(host.system, 'demo');
  const { upload } = await submitDocument(demo, '/documents', { name: 'a.txt', size: 5 });
  // Whether the bucket lets the page read its response is not a matter of the page's policy.
  await page.evaluate(`fetch('${upload?.url}', { mode: 'no-cors' }).catch(() => undefined)`);
  expect([URL.parse(upload?.url ?? '')?.origin, await violations()]).toEqual([
    host.system.state.endpoints.aws,
    [],
  ]);
  await page.context().close();
});

/** Runs in the browser. */
const selectInCode = `
  const pre = document.querySelector('.answer pre');
  pre.scrollLeft = 100;
  const text = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT).nextNode();
  getSelection().setBaseAndExtent(text, 6, text, 24);
`;

test('code is coloured when its fence has ended, and stays selected where it is', async () => {
  const { page, files, foreign, violations } = await visit();
  const loaded = await Promise.all(files.map(async (url) => (await fetch(url)).text()));
  expect(loaded.filter((text) => /KaTeX|hljs/u.test(text))).toEqual([]);
  const code = `const first = 1;\nconst long = '${'x'.repeat(300)}';\n`;
  const speaker = await startAnswer(page, `\`\`\`ts\n${code}`);
  const pre = page.locator('.answer pre');
  await pre.getByText('first').waitFor();
  await page.evaluate(selectInCode);
  const place = (): Promise<unknown> =>
    page.evaluate("[document.querySelector('.answer pre').scrollLeft, String(getSelection())]");
  expect(await place()).toEqual([100, 'first = 1;\nconst l']);
  speaker.write('let last;\n');
  await pre.getByText('last').waitFor();
  expect([await place(), await isColoured(page)]).toEqual([[100, 'first = 1;\nconst l'], false]);
  speaker.write('```\n');
  await expect.poll(() => isColoured(page)).toBe(true);
  expect(await place()).toEqual([100, 'first = 1;\nconst l']);
  speaker.end();
  await page.locator('.answer').getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${code}let last;`);
  await page.locator('.answer').getByRole('button', { name: 'Copy', exact: true }).waitFor();
  expect([await violations(), foreign]).toEqual([[], []]);
  await page.context().close();
});

test('code that is too long to be coloured at once is whole', async () => {
  const { page } = await visit();
  const code = Array.from({ length: 5_000 }, (_, index) => `const value${index} = ${index};`);
  await answer(page, `\`\`\`ts\n${code.join('\n')}\n\`\`\`\n\nDone.`);
  const pre = page.locator('.answer pre');
  expect(await pre.textContent()).toBe(code.join('\n'));
  await expect.poll(() => pre.innerText()).toBe(code.join('\n'));
  expect(await isColoured(page)).toBe(false);
  await page.context().close();
});

test('formulas are typeset, prices and mistakes stay as they are', async () => {
  const { page, files, foreign, errors, violations } = await visit();
  const speaker = await startAnswer(page, 'For $5 and $10, $E = mc^2$ holds, $\\frac{$ not, \\(x');
  await page.locator('.answer .katex').waitFor();
  await page.locator('.answer p').getByText('For $5 and $10,').waitFor();
  expect(await page.locator('.answer code:visible').allInnerTexts()).toEqual(['$\\frac{$']);
  speaker.write('\\).\n\n$$\n\\int_0^1 x\n$$\n');
  speaker.end();
  await page.locator('.answer .katex-display').waitFor();
  expect(await page.locator('.answer .katex').count()).toBe(3);
  await expect.poll(() => files.some((file) => /KaTeX.*woff2/u.test(file))).toBe(true);
  expect([await violations(), foreign, errors]).toEqual([[], [], []]);
  await page.context().close();
});
