import { decodeText } from '#documents/reading/decode-text.ts';
import { htmlText } from '#documents/reading/html-text.ts';
import { maxTextLength, tooLarge } from '#documents/reading/limits.ts';
import { readPdf } from '#documents/reading/read-pdf.ts';
import { tidyText, withoutBlankEnds } from '#documents/reading/tidy-text.ts';
import type { DocumentFormat } from '#domain/document/document.ts';
import { documentError } from '#domain/document/document-failure.ts';

/** An uploaded document. */
export interface UploadedDocument {
  readonly bytes: Uint8Array;
  readonly format: DocumentFormat;
}

/**
 * Returns the text of a document. `fontMaps` is the folder of the font maps. Throws
 * `invalid_request` with a message for people if the document has no readable text, and `too_large`
 * if it has too much.
 */
export async function readText(
  { bytes, format }: UploadedDocument,
  fontMaps: string,
): Promise<string> {
  const text = withoutBlankEnds(tidyText(await extract({ bytes, format }, fontMaps)));
  if (text.length > maxTextLength) throw tooLarge();
  if (text !== '') return text;
  throw documentError(format === 'pdf' ? 'scanned' : 'no_text');
}

async function extract({ bytes, format }: UploadedDocument, fontMaps: string): Promise<string> {
  switch (format) {
    case 'pdf':
      return readPdf(bytes, fontMaps);
    case 'html':
      return htmlText(tidyText(decodeText(bytes, true)));
    case 'md':
    case 'txt':
      return decodeText(bytes, false);
  }
}
