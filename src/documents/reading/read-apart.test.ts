import { expect, test, vi } from 'vitest';
import { readApart } from '#documents/reading/read-apart.ts';
import { japanesePdf } from '#test/fixtures/japanese-pdf.ts';
import { inflatingTo, lineAt, pdfBytes, type PdfContent } from '#test/fixtures/pdf-bytes.ts';

// Reading is computation, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const limits = {
  thread: 'src/documents/reading/reading-thread.ts',
  maxReadingMs: 120_000,
  maxMemoryMb: 4_000,
};

const read = (content: PdfContent, change: Partial<typeof limits> = {}): Promise<string> =>
  readBytes(pdfBytes(content), change);

function readBytes(bytes: Uint8Array, change: Partial<typeof limits> = {}): Promise<string> {
  const task = { bytes, format: 'pdf', fontMaps: 'node_modules/pdfjs-dist/cmaps' } as const;
  return readApart(task, { ...limits, ...change });
}

const memoryMb = (): number => process.memoryUsage.rss() / 1_048_576;

test('text beyond the edge of a page is read', async () => {
  const wide = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
  const content = [lineAt(20, 100, wide), lineAt(-500, 50, 'left'), lineAt(20, -40, 'below')];
  const text = await read({ streams: [content.join('')], size: [200, 200] });
  expect(text.replaceAll(/\s+/gu, ' ')).toBe(`${wide} left below`);
});

test('a PDF that takes too long to read is too large', async () => {
  const streams = [lineAt(20, 700, 'The harbour bridge').repeat(500_000)];
  await expect(read({ streams }, { maxReadingMs: 500 })).rejects.toMatchObject({
    code: 'too_large',
    message: expect.stringContaining('too much memory or time. Split it'),
    cause: 'over 500 ms',
  });
});

test('a PDF whose content inflates to too much memory is too large', async () => {
  const bytes = pdfBytes({ streams: [inflatingTo(300)] });
  expect(bytes.length).toBeLessThan(1_000_000);
  const maxMemoryMb = Math.ceil(memoryMb()) + 150;
  await expect(readBytes(bytes, { maxMemoryMb })).rejects.toMatchObject({
    code: 'too_large',
    cause: `over ${maxMemoryMb} MB`,
  });
});

test('a heap that is too small is an error, and not the end of the process', async () => {
  // A string of 20 million characters needs more than this heap.
  const streams = [`BT /F1 12 Tf (${'A'.repeat(20_000_000)}) Tj ET`];
  const bytes = pdfBytes({ streams });
  await expect(readBytes(bytes, { maxMemoryMb: 30 })).rejects.toMatchObject({ code: 'too_large' });
});

test('a PDF with too many pages or too much text is too large', async () => {
  const pages = read({ streams: [lineAt(20, 700, 'page')], pages: 5_001 });
  await expect(pages).rejects.toMatchObject({
    code: 'too_large',
    message:
      'The document is too large: at most 25 MB, 5,000 pages and about 2.4 million characters.',
  });
  const text = read({ streams: [lineAt(20, 700, 'x'.repeat(30_000))], pages: 81 });
  await expect(text).rejects.toMatchObject({ code: 'too_large' });
});

test('after a document that was too large, the next one is read', async () => {
  const huge = read({ streams: [inflatingTo(300)] }, { maxReadingMs: 200 });
  await expect(huge).rejects.toMatchObject({ code: 'too_large' });
  expect(await readBytes(japanesePdf('UniJIS-UTF16-H', '6E2F306E6A4B'))).toContain('港の橋');
});

test('an error of the reader keeps its code, its message and its cause', async () => {
  await expect(readBytes(Buffer.from('not a PDF'))).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'The PDF could not be read: it is damaged, or not a PDF.',
    cause: expect.stringContaining('InvalidPDFException'),
  });
});
