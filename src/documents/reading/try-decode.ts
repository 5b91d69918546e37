/** An encoding that `TextDecoder` knows, or UTF-32. */
export type Encoding = string;

/** Returns the text of bytes in an encoding; undefined if they are not valid in it. */
export function tryDecode(bytes: Uint8Array, encoding: Encoding): string | undefined {
  try {
    if (encoding === 'utf-32le' || encoding === 'utf-32be') {
      return decodeUtf32(bytes, encoding === 'utf-32le');
    }
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 4) {
    // Throws for a code point that does not exist, and for a last one that is cut.
    pieces.push(String.fromCodePoint(view.getUint32(offset, isLittleEndian)));
  }
  const text = pieces.join('');
  if (!text.isWellFormed()) throw new RangeError('A surrogate is no character');
  return text.replace(/^\u{FEFF}/u, '');
}

/** Returns whether a text has only characters, spaces and line breaks. */
export function isPlainText(text: string): boolean {
  // DOS ends a text with U+001A.
  return !/(?![\s\u{7F}-\u{9F}])\p{Cc}|[\u{FFFE}\u{FFFF}]/u.test(
    text.endsWith('\u{1A}') ? text.slice(0, -1) : text,
  );
}
