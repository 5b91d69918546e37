import { extractText, getDocumentProxy } from 'unpdf';
import { FontMaps } from '#documents/font-maps.ts';
import { htmlText } from '#documents/html-text.ts';
import type { DocumentFormat } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';

/** An uploaded document. */
export interface UploadedDocument {
  readonly bytes: Uint8Array;
  readonly format: DocumentFormat;
}

/**
 * Returns the text of a document. `fontMaps` is the folder of the font maps. Throws
 * `invalid_request` with a message for people if the document has no readable text.
 */
export async function readText(
  { bytes, format }: UploadedDocument,
  fontMaps: string,
): Promise<string> {
  const extracted = await extract({ bytes, format }, new FontMaps(fontMaps));
  const text = extracted.normalize('NFC').trim();
  if (text !== '') return text;
  throw unreadable(
    format === 'pdf'
      ? 'The PDF has no text. A scan must be made searchable (OCR) first.'
      : 'The document has no text.',
  );
}

async function extract({ bytes, format }: UploadedDocument, fontMaps: FontMaps): Promise<string> {
  switch (format) {
    case 'pdf':
      return extractPdf(bytes, fontMaps);
    case 'html':
      return htmlText(decodeUtf8(bytes));
    case 'md':
    case 'txt':
      return decodeUtf8(bytes);
  }
}

async function extractPdf(bytes: Uint8Array, fontMaps: FontMaps): Promise<string> {
  const pages = await readPages(bytes, fontMaps);
  const [missing] = fontMaps.missing;
  if (missing === undefined) return pages.join('\n\n');
  const encoding = missing.replace('.bcmap', '');
  throw unreadable(`The PDF has text in an encoding that is not supported: ${encoding}.`);
}

async function readPages(bytes: Uint8Array, fontMaps: FontMaps): Promise<readonly string[]> {
  try {
    const document = await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      useWorkerFetch: false,
      BinaryDataFactory: fontMaps.factory,
    });
    return (await extractText(document, { mergePages: false })).text;
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    throw unreadable(
      isLocked
        ? 'The PDF is protected by a password. Upload an unprotected copy.'
        : 'The PDF could not be read: it is damaged, or not a PDF.',
      error,
    );
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable('The document could not be read: it is not UTF-8 text.', error);
  }
}

function unreadable(message: string, cause?: unknown): ChatError {
  return new ChatError('invalid_request', message, { cause });
}
