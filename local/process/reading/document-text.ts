import { extractPages as readPages } from '#local/process/reading/pdf-pages.ts';

/**
 * Returns the text of a PDF, HTML or plain-text document, or an empty string for any other format,
 * such as `docx` or `xls`. Throws if a PDF cannot be read.
 */
export async function extractDocumentText(bytes: Uint8Array, format: string): Promise<string> {
  if (format === 'pdf') return (await extractPages(bytes)).join('\n\n');
  const plain = new TextDecoder().decode(bytes);
  if (format === 'html' || format === 'htm') return horizontal(await htmlText(plain));
  return ['txt', 'md', 'markdown', 'csv'].includes(format) ? horizontal(plain) : '';
}

/** Returns the text of each page of a PDF. Throws if it cannot be read. */
export async function extractPages(bytes: Uint8Array): Promise<readonly string[]> {
  return (await readPages(bytes)).map(horizontal);
}

/** The punctuation of vertical lines that stands for one character: `︑`, `︒`, `﹁`. */
const verticalForms = /[\u{FE10}-\u{FE18}\u{FE31}-\u{FE48}]/gu;

/** Replaces the punctuation of vertical lines, one for one: citations count characters. */
function horizontal(text: string): string {
  return text
    .replaceAll(verticalForms, (form) => form.normalize('NFKC'))
    .replaceAll('\u{FE19}', '…')
    .replaceAll('\u{FE30}', '‥');
}

/** Pages written for people have fewer tags. A parser would take too long over more. */
const maxTags = 20_000;

async function htmlText(page: string): Promise<string> {
  const html = page.replace(/^\s*<!doctype[^>]*>/iu, '');
  if (html.split('<', maxTags + 1).length > maxTags) return html.replaceAll(/<[^<>]*>/gu, ' ');
  const { parse } = await import('node-html-parser');
  const parsed = parse(html, {
    blockTextElements: { script: false, style: false, noscript: false },
  });
  for (const element of parsed.querySelectorAll('head, nav, template, script, style'))
    element.remove();
  // The parser would join the lines of preformatted text, so that a mark takes its place.
  const preformatted: string[] = [];
  for (const element of parsed.querySelectorAll('pre, textarea')) {
    const text = element.textContent.replace(/^\r?\n/u, '').trimEnd();
    element.innerHTML = `<p>\u{FDD0}${preformatted.push(text) - 1}\u{FDD1}</p>`;
  }
  return parsed.structuredText.replaceAll(
    /\u{FDD0}(\d+)\u{FDD1}/gu,
    (mark, index: string) => preformatted[Number(index)] ?? mark,
  );
}
