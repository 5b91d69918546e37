import { expect, test } from 'vitest';
import { readText } from '#documents/reading/read-text.ts';
import { splitText } from '#documents/split-text.ts';
import { japanesePdf } from '#test/fixtures/japanese-pdf.ts';

const html = (text: string): Promise<string> =>
  readText({ bytes: new TextEncoder().encode(text), format: 'html' }, fontMaps);

test('an HTML page is read block by block, without its invisible elements', async () => {
  const page = `<!doctype html><html><head><title>no</title><style>p{}</style></head><body>
    <h1>Harbour &amp; bridge</h1><p>It was <b>opened</b> in
    1932.<br>Tolls ended<ul><li>one<li>two</ul><script>if (a < b) no()</script>
    <table><tr><td>left</td><td>right</td></tr></table><template>no</template>港の橋</body></html>`;
  expect(await html(page)).toBe(
    'Harbour & bridge\nIt was opened in 1932.\nTolls ended\none\ntwo\nleft\nright\n港の橋',
  );
});

test('an HTML page with unclosed tags is read', async () => {
  const text = await html('<p>a<b>c<div>'.repeat(60_000));
  expect(text.match(/ac/gu)).toHaveLength(60_000);
});

test('preformatted text keeps its lines and its indentation', async () => {
  const page = `<p>Before
    it:</p><pre class="x">
def main():
    if True:
        <b>print</b>(&quot;a   b&quot;)

    return
</pre> After.<PRE>  one<br>  two\r\n\tthree</PRE><textarea>a\n  b</textarea></pre><p>x
  y</p>`;
  expect(await html(page)).toBe(
    'Before it:\ndef main():\n    if True:\n        print("a   b")\n\n    return\nAfter.\n' +
      '  one\n  two\n\tthree\na\n  b\nx y',
  );
  expect(await html('<pre>\n\n  first\n  second')).toBe('  first\n  second');
});

const plain = (text: string): Promise<string> =>
  readText({ bytes: new TextEncoder().encode(text), format: 'txt' }, fontMaps);

test('line ends of every kind are line feeds, and byte order marks are left out', async () => {
  expect(await plain('a\rb\r\rc\r\nd\ne')).toBe('a\nb\n\nc\nd\ne');
  expect(await plain('\u{FEFF}one\n\u{FEFF}two')).toBe('one\ntwo');
  expect(await html('<pre>a\rb</pre>')).toBe('a\nb');
  expect(await plain('\n \n    indented\n  text \n')).toBe('    indented\n  text');
});

test('vertical punctuation becomes horizontal, and nothing else changes', async () => {
  expect(await plain('港︑橋︒﹁海﹂︽本︾︵一︶︙')).toBe('港、橋。「海」《本》(一)...');
  expect(await plain('①ﾃｽﾄ㈱Ａ½')).toBe('①ﾃｽﾄ㈱Ａ½');
  const [first] = splitText(await plain(`${'港の橋︒'.repeat(3)}長い`), 13);
  expect(first).toBe('港の橋。港の橋。港の橋。');
});

test('a text with too many characters is too large', async () => {
  await expect(plain('x'.repeat(2_400_001))).rejects.toMatchObject({ code: 'too_large' });
});

/** The folder that `scripts/build.ts` copies next to the bundle. */
const fontMaps = 'node_modules/pdfjs-dist/cmaps';

const harbour = { utf16: '6E2F306E6A4B', shiftJis: '8D6082CC8BB4' };

test.each([
  ['UniJIS-UTF16-H', harbour.utf16],
  ['UniJIS-UCS2-H', harbour.utf16],
  ['90ms-RKSJ-H', harbour.shiftJis],
])('Japanese text in the encoding %s is read from a PDF', async (encoding, hex) => {
  const text = await readText({ bytes: japanesePdf(encoding, hex), format: 'pdf' }, fontMaps);
  expect(text).toContain('Contract 2026');
  expect(text).toContain('港の橋');
});

test('a PDF with text in an unknown encoding is refused, and not read in part', async () => {
  const bytes = japanesePdf('UniJIS-UTF16-H', harbour.utf16);
  await expect(readText({ bytes, format: 'pdf' }, 'nowhere')).rejects.toThrow(
    'The PDF has text in an encoding that is not supported: UniJIS-UTF16-H.',
  );
});
