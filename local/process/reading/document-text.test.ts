import { expect, test } from 'vitest';
import { extractDocumentText, extractPages } from '#local/process/reading/document-text.ts';
import { japanesePdf } from '#test/fixtures/japanese-pdf.ts';

test.each([
  ['UniJIS-UTF16-H', '6E2F306E6A4B', '港の橋'],
  ['90ms-RKSJ-H', '8D6082CC8BB4', '港の橋'],
  ['EUC-H', 'B9C1A4CEB6B6', '港の橋'],
  ['UniJIS-UCS2-V', '300C6A4B3002300D', '「橋。」'],
])('a PDF with text in %s, which is not embedded, is read', async (encoding, hex, expected) => {
  const [page] = await extractPages(japanesePdf(encoding, hex));
  expect(page).toContain('Contract 2026');
  expect(page).toContain(expected);
  expect(await extractDocumentText(japanesePdf(encoding, hex), 'pdf')).toContain(expected);
});

test.each(['txt', 'html'])('punctuation of vertical lines is horizontal in %s', async (format) => {
  const bytes = new TextEncoder().encode(
    '\u{FE41}橋\u{FE11}港\u{FE12}\u{FE42}\u{FE19}\u{FE35}1\u{FE36}',
  );
  expect(await extractDocumentText(bytes, format)).toBe('「橋、港。」…(1)');
});

test('preformatted text keeps its lines and spaces', async () => {
  const html =
    '<p>Run\n this:</p><pre>\n<code>if (a &lt; b) {\n  <b>go</b>();\n\n}</code>\n</pre><p>Done.</p>' +
    '<textarea>one\n  two</textarea><PRE>a\tb\nc</PRE>';
  expect(await extractDocumentText(new TextEncoder().encode(html), 'html')).toBe(
    'Run this:\nif (a < b) {\n  go();\n\n}\nDone.\none\n  two\na\tb\nc',
  );
});
