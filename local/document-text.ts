import { parse } from 'node-html-parser';
import { extractText, getDocumentProxy } from 'unpdf';

/**
 * The words of a document: PDF, HTML, and whatever is text itself. Of formats that are neither
 * (`docx`, `xls` and their like) it gives nothing. Throws for a PDF that cannot be read.
 */
export async function documentText(bytes: Uint8Array, format: string): Promise<string> {
  if (format === 'pdf') {
    const pages = await getDocumentProxy(new Uint8Array(bytes));
    const { text } = await extractText(pages, { mergePages: false });
    return text.join('\n\n');
  }
  const plain = new TextDecoder().decode(bytes);
  if (format === 'html' || format === 'htm') return htmlText(plain);
  return ['txt', 'md', 'markdown', 'csv'].includes(format) ? plain : '';
}

function htmlText(html: string): string {
  const page = parse(html, { blockTextElements: { script: false, style: false, noscript: false } });
  for (const unseen of page.querySelectorAll('head, nav, template, script, style')) unseen.remove();
  return page.structuredText;
}
