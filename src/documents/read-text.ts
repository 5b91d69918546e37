import { parse } from 'node-html-parser';
import { extractText, getDocumentProxy } from 'unpdf';
import type { DocumentFormat } from '#domain/document.ts';
import { ChatError } from '#domain/errors.ts';

/** The words of a document. Throws `invalid_request` that says, to a person, why there are none. */
export async function readText(bytes: Uint8Array, format: DocumentFormat): Promise<string> {
  const text = (await textOf(bytes, format)).normalize('NFC').trim();
  if (text !== '') return text;
  throw unreadable(
    format === 'pdf'
      ? 'The PDF has no text. A scan must be made searchable (OCR) first.'
      : 'The document has no text.',
  );
}

async function textOf(bytes: Uint8Array, format: DocumentFormat): Promise<string> {
  switch (format) {
    case 'pdf':
      return pdfText(bytes);
    case 'html':
      return htmlText(decoded(bytes));
    case 'md':
    case 'txt':
      return decoded(bytes);
  }
}

async function pdfText(bytes: Uint8Array): Promise<string> {
  try {
    const pages = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
    const { text } = await extractText(pages, { mergePages: false });
    return text.join('\n\n');
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    throw unreadable(
      isLocked
        ? 'The PDF is protected by a password. Upload one without.'
        : 'The PDF could not be read: it is damaged, or no PDF.',
      error,
    );
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable('The document could not be read: it is not UTF-8 text.', error);
  }
}

/** What is not for readers goes before the tags do. */
function htmlText(html: string): string {
  const options = { blockTextElements: { script: false, style: false, noscript: false } };
  const page = parse(html.replace(/^\s*<!doctype[^>]*>/iu, ''), options);
  for (const unseen of page.querySelectorAll('head, script, style, template')) unseen.remove();
  return page.structuredText;
}

function unreadable(message: string, cause?: unknown): ChatError {
  return new ChatError('invalid_request', message, { cause });
}
