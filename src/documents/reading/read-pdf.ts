import { getDocumentProxy } from 'unpdf';
import { FontMaps } from '#documents/reading/font-maps.ts';
import { maxPages, maxTextLength, tooLarge } from '#documents/reading/limits.ts';
import { documentError } from '#domain/document/document-failure.ts';
import { ChatError } from '#domain/errors.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>;

/**
 * Returns the text of a PDF, page by page. `fontMaps` is the folder of the font maps. Throws
 * `invalid_request` if it cannot be read completely, and `too_large` if it has too much text.
 */
export async function readPdf(bytes: Uint8Array, fontMaps: string): Promise<string> {
  const maps = new FontMaps(fontMaps);
  try {
    const document = await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      useWorkerFetch: false,
      BinaryDataFactory: maps.factory,
    });
    const pages = await readPages(document);
    const [missing] = maps.missing;
    if (missing === undefined) return pages.join('\n\n');
    throw unsupportedEncoding(missing.replace('.bcmap', ''));
  } catch (error) {
    throw error instanceof ChatError ? error : unreadable(error);
  }
}

/** Reads one page after the other, because the pages of a PDF may share one huge content. */
async function readPages(document: PdfDocument): Promise<readonly string[]> {
  if (document.numPages > maxPages) throw tooLarge();
  const pages: string[] = [];
  let left = maxTextLength;
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const text = await readPage(page, left);
    page.cleanup();
    left -= text.length;
    pages.push(text);
  }
  return pages;
}

async function readPage(page: PdfPage, maxLength: number): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const { items } of page.streamTextContent()) {
    for (const item of items) {
      if (!('str' in item)) continue;
      const piece = item.hasEOL ? `${item.str}\n` : item.str;
      length += piece.length;
      if (length > maxLength) throw tooLarge();
      pieces.push(piece);
    }
  }
  return pieces.join('');
}

function unsupportedEncoding(encoding: string): ChatError {
  const detail = `The PDF has text in an encoding that is not supported: ${encoding}.`;
  return documentError('unsupported_encoding', { detail });
}

function unreadable(cause: unknown): ChatError {
  const isLocked = cause instanceof Error && cause.name === 'PasswordException';
  return documentError(isLocked ? 'protected' : 'damaged', { cause });
}
