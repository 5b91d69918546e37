import { expect, test } from 'vitest';
import { readText } from '#documents/read-text.ts';

const html = (text: string): Promise<string> =>
  readText({ bytes: new TextEncoder().encode(text), format: 'html' }, fontMaps);

test('of a page its words are read, block by block, and nothing that nobody sees', async () => {
  const page = `<!doctype html><html><head><title>no</title><style>p{}</style></head><body>
    <h1>Harbour &amp; bridge</h1><p>It was <b>opened</b> in
    1932.<br>Tolls ended<ul><li>one<li>two</ul><script>if (a < b) no()</script>
    <table><tr><td>left</td><td>right</td></tr></table><template>no</template>港の橋</body></html>`;
  expect(await html(page)).toBe(
    'Harbour & bridge\nIt was opened in 1932.\nTolls ended\none\ntwo\nleft\nright\n港の橋',
  );
});

test('a page whose tags are never closed is read as fast as another', async () => {
  const text = await html('<p>a<b>c<div>'.repeat(60_000));
  expect(text.match(/ac/gu)).toHaveLength(60_000);
});

/** What `scripts/build.ts` puts beside the bundle. */
const fontMaps = 'node_modules/pdfjs-dist/cmaps';

/** A PDF with a line in a font of Japan that is named, and neither brought along nor mapped. */
function japanesePdf(encoding: string, hex: string): Uint8Array {
  const lines = `BT /F2 12 Tf 50 750 Td (Contract 2026) Tj /F1 24 Tf 0 -50 Td <${hex}> Tj ET`;
  const font = '<< /Type /Font /BaseFont /KozMinPro-Regular';
  const system = '<< /Registry (Adobe) /Ordering (Japan1) /Supplement 4 >>';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R' +
      ' /Resources << /Font << /F1 5 0 R /F2 8 0 R >> >> >>',
    `<< /Length ${lines.length} >>\nstream\n${lines}\nendstream`,
    `${font} /Subtype /Type0 /Encoding /${encoding} /DescendantFonts [6 0 R] >>`,
    `${font} /Subtype /CIDFontType0 /CIDSystemInfo ${system} /FontDescriptor 7 0 R >>`,
    '<< /Type /FontDescriptor /FontName /KozMinPro-Regular /Flags 4 /ItalicAngle 0 /StemV 80' +
      ' /FontBBox [0 -200 1000 900] /Ascent 800 /Descent -200 /CapHeight 700 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('');
  return new TextEncoder().encode(`%PDF-1.4\n${body}trailer\n<< /Root 1 0 R /Size 9 >>\n%%EOF\n`);
}

const harbour = { utf16: '6E2F306E6A4B', shiftJis: '8D6082CC8BB4' };

test.each([
  ['UniJIS-UTF16-H', harbour.utf16],
  ['UniJIS-UCS2-H', harbour.utf16],
  ['90ms-RKSJ-H', harbour.shiftJis],
])('Japanese that a PDF names as %s is read', async (encoding, hex) => {
  const text = await readText({ bytes: japanesePdf(encoding, hex), format: 'pdf' }, fontMaps);
  expect(text).toContain('Contract 2026');
  expect(text).toContain('港の橋');
});

test('a PDF of which a part could not be read is refused, and not read in part', async () => {
  const bytes = japanesePdf('UniJIS-UTF16-H', harbour.utf16);
  await expect(readText({ bytes, format: 'pdf' }, 'nowhere')).rejects.toThrow(
    'The PDF has words in an encoding that is not known here: UniJIS-UTF16-H.',
  );
});
