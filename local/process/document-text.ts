import { parse } from 'node-html-parser';
import { extractText, getDocumentProxy } from 'unpdf';

/**
 * The words of a document: PDF, HTML, and whatever is text itself. Of formats that are neither
 * (`docx`, `xls` and their like) it gives nothing. Throws for a PDF that cannot be read.
 */
export async function documentText(bytes: Uint8Array, format: string): Promise<string> {
  if (format === 'pdf') {
    const pages = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
    const { text } = await extractText(pages, { mergePages: false });
    return text.join('\n\n');
  }
  const plain = new TextDecoder().decode(bytes);
  if (format === 'html' || format === 'htm') return htmlText(plain);
  return ['txt', 'md', 'markdown', 'csv'].includes(format) ? plain : '';
}

/** More tags than this no page for people has; a parser would take its time over them. */
const mostTags = 20_000;

function htmlText(page: string): string {
  const html = page.replace(/^\s*<!doctype[^>]*>/iu, '');
  if (html.split('<', mostTags + 1).length > mostTags) return html.replaceAll(/<[^<>]*>/gu, ' ');
  const parsed = parse(html, {
    blockTextElements: { script: false, style: false, noscript: false },
  });
  for (const unseen of parsed.querySelectorAll('head, nav, template, script, style'))
    unseen.remove();
  return parsed.structuredText;
}
