import { declaredEncodings } from '#documents/reading/declared-encoding.ts';
import { guessText } from '#documents/reading/guess-encoding.ts';
import { isPlainText, tryDecode, type Encoding } from '#documents/reading/try-decode.ts';
import { documentError } from '#domain/document/document-failure.ts';
import type { ChatError } from '#domain/errors.ts';

/**
 * Returns the text in a file. Its encoding is, in this order: that of its byte order mark,
 * ISO-2022-JP if it has its escape sequences, UTF-8 if it is valid, what HTML or XML declares, and
 * otherwise UTF-16, UTF-32, Shift_JIS or EUC-JP if it then reads as a text. Throws
 * `invalid_request` for any other file.
 */
export function decodeText(bytes: Uint8Array, isHtml: boolean): string {
  const text = decodeMarked(bytes) ?? decodeUnmarked(bytes, isHtml);
  if (text === undefined || text.includes('\0')) throw unreadable(bytes);
  if (otherFormats.test(text)) throw unreadable(bytes);
  return text;
}

/** PDF and rich text may consist of ASCII characters. */
const otherFormats = /^\s*(?:%PDF-\d|\{\\rtf\d)/u;

/** The byte order marks. That of UTF-32 begins like that of UTF-16. */
const marks: readonly (readonly [hex: string, Encoding])[] = [
  ['fffe0000', 'utf-32le'],
  ['0000feff', 'utf-32be'],
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
  ['84319533', 'gb18030'],
];

function decodeMarked(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const mark = marks.find(([hex]) => beginning.startsWith(hex));
  return mark === undefined ? undefined : tryDecode(bytes, mark[1]);
}

/** With these, ISO-2022-JP changes its character set. */
const escapes = ['$@', '$B', '(I', '(J'].map((set) => `\u{1B}${set}`);

function decodeUnmarked(bytes: Uint8Array, isHtml: boolean): string | undefined {
  const utf8 = tryDecode(bytes, 'utf-8');
  // ISO-2022-JP consists of ASCII characters.
  if (escapes.some((escape) => utf8?.includes(escape) === true)) {
    const text = tryDecode(bytes, 'iso-2022-jp');
    if (text !== undefined && isPlainText(text)) return text;
  }
  if (utf8 !== undefined && isPlainText(utf8)) return utf8;
  for (const encoding of isHtml ? declaredEncodings(bytes) : []) {
    const text = tryDecode(bytes, encoding);
    if (text !== undefined && isPlainText(text)) return text;
  }
  // A text for terminals may have control characters.
  return guessText(bytes) ?? utf8;
}

function unreadable(bytes: Uint8Array): ChatError {
  return documentError(isBinary(bytes) ? 'binary' : 'unknown_encoding');
}

/** Returns whether a file has bytes that stand for no character in any encoding of text. */
function isBinary(bytes: Uint8Array): boolean {
  return (
    otherFormats.test(Buffer.from(bytes.subarray(0, 100)).toString('latin1')) ||
    bytes.subarray(0, 1_000_000).some((byte) => byte < 9 || (byte > 13 && byte < 27))
  );
}
