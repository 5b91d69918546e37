import { expect, test } from 'vitest';
import { usePage } from '#test/browser/use-page.ts';

/* What a passage of a knowledge base looks like, and how a conversation begins with it. */

const host = usePage({ knowledge: 'docs', parameters: { KnowledgeBases: 'docs=LOCALKB001' } });

test('a passage is shown as Markdown with its knowledge base, and begins a conversation', async () => {
  const page = await host.open('/chat/knowledge');
  await page.locator('input[type=search]:focus').waitFor();
  await page.getByRole('searchbox').fill('How is a callback signed?');
  await page.keyboard.press('Enter');
  const first = page.locator('.passage').first();
  await first.getByText('docs', { exact: true }).waitFor();
  const passages = page.locator('.passage .answer');
  expect(await passages.locator('code').count()).toBeGreaterThan(0);
  expect((await passages.allInnerTexts()).join('\n')).not.toMatch(/^#|`|\*\*/mu);
  const begun = await first.locator('.answer').innerText();
  await first.getByRole('button', { name: 'Ask about this' }).click();
  const composer = page.getByLabel('Message', { exact: true });
  await composer.and(page.locator(':focus')).waitFor();
  await page.getByRole('button', { name: 'Turn docs off' }).waitFor();
  const quote = await composer.inputValue();
  expect(quote).toMatch(/^> [^]*\n>\n> — [\w.-]+\.md\n\n$/u);
  expect(quote).toContain(begun.slice(0, 20).trim().split('\n')[0]);
  const asked = page.waitForRequest(/\/chat\/stream$/u);
  await page.keyboard.insertText('What does that mean?');
  await page.keyboard.press('Enter');
  const { message, ...chosen } = (await asked).postDataJSON() as { message: string };
  expect(message).toBe(`${quote}What does that mean?`);
  expect(chosen).toMatchObject({ knowledge_base: 'docs' });
  await page.locator('.turn[data-state=settled] .sources').waitFor();
});

test('what was written for a new conversation stays when a passage is added to it', async () => {
  const page = await host.open();
  const composer = page.getByLabel('Message', { exact: true });
  await composer.fill('Is this true?');
  await page.getByRole('link', { name: 'Knowledge' }).click();
  await page.getByRole('searchbox').fill('How is a callback signed?');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Ask about this' }).first().click();
  expect(await composer.inputValue()).toMatch(/^Is this true\?\n\n> /u);
});
