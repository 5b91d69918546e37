/**
 * Returns the text of a PDF, HTML or plain-text document, or an empty string for any other format,
 * such as `docx` or `xls`. Throws if a PDF cannot be read.
 */
export async function extractDocumentText(bytes: Uint8Array, format: string): Promise<string> {
  if (format === 'pdf') return (await extractPages(bytes)).join('\n\n');
  const plain = new TextDecoder().decode(bytes);
  if (format === 'html' || format === 'htm') return await htmlText(plain);
  return ['txt', 'md', 'markdown', 'csv'].includes(format) ? plain : '';
}

/** Returns the text of each page of a PDF. Throws if it cannot be read. */
export async function extractPages(bytes: Uint8Array): Promise<readonly string[]> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  const pages = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  const { text } = await extractText(pages, { mergePages: false });
  return text;
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
  return parsed.structuredText;
}
