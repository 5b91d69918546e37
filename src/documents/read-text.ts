import { extractText, getDocumentProxy } from 'unpdf';
import { FontMaps } from '#documents/font-maps.ts';
import { htmlText } from '#documents/html-text.ts';
import type { DocumentFormat } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';

/** A document as it was brought. */
export interface Brought {
  readonly bytes: Uint8Array;
  readonly format: DocumentFormat;
}

/**
 * The words of a document; `fontMaps` is a folder, as `FontMaps` has it. Throws `invalid_request`
 * that says, to a person, why there are none.
 */
export async function readText({ bytes, format }: Brought, fontMaps: string): Promise<string> {
  const read = await textOf({ bytes, format }, new FontMaps(fontMaps));
  const text = read.normalize('NFC').trim();
  if (text !== '') return text;
  throw unreadable(
    format === 'pdf'
      ? 'The PDF has no text. A scan must be made searchable (OCR) first.'
      : 'The document has no text.',
  );
}

async function textOf({ bytes, format }: Brought, fontMaps: FontMaps): Promise<string> {
  switch (format) {
    case 'pdf':
      return pdfText(bytes, fontMaps);
    case 'html':
      return htmlText(decoded(bytes));
    case 'md':
    case 'txt':
      return decoded(bytes);
  }
}

async function pdfText(bytes: Uint8Array, fontMaps: FontMaps): Promise<string> {
  const text = await pagesOf(bytes, fontMaps);
  const [missing] = fontMaps.missing;
  if (missing === undefined) return text.join('\n\n');
  const encoding = missing.replace('.bcmap', '');
  throw unreadable(`The PDF has words in an encoding that is not known here: ${encoding}.`);
}

async function pagesOf(bytes: Uint8Array, fontMaps: FontMaps): Promise<readonly string[]> {
  try {
    const pages = await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      useWorkerFetch: false,
      BinaryDataFactory: fontMaps.factory,
    });
    return (await extractText(pages, { mergePages: false })).text;
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

function unreadable(message: string, cause?: unknown): ChatError {
  return new ChatError('invalid_request', message, { cause });
}
