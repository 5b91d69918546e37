import type { Encoding } from '#documents/reading/try-decode.ts';

/** How much of a page is searched for a declaration. Browsers read 1,024 bytes. */
const searchedBytes = 8_192;

/** Names of encodings that `TextDecoder` has under another one. */
const otherNames: readonly (readonly [RegExp, Encoding])[] = [
  [/^(?:cp-?932|ms-?kanji|sjis-win|windows-932)$/u, 'shift_jis'],
  [/^(?:cp51932|euc-?jp-?(?:win|ms)|ujis)$/u, 'euc-jp'],
  [/^(?:cp5022[01]|iso-2022-jp-(?:1|ms))$/u, 'iso-2022-jp'],
  [/^(?:cp936|ms936)$/u, 'gbk'],
  [/^(?:cp949|ms949|uhc)$/u, 'euc-kr'],
  [/^(?:cp950|ms950)$/u, 'big5'],
];

/** Returns the encodings that an HTML page declares: in a `meta` element or in the XML declaration. */
export function declaredEncodings(bytes: Uint8Array): readonly Encoding[] {
  const beginning = Buffer.from(bytes.subarray(0, searchedBytes)).toString('latin1');
  const page = beginning.replaceAll(/<!--[^]*?-->/gu, ' ');
  const metas = [...page.matchAll(/<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)/giu)];
  const xml = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']+)["']/iu.exec(page);
  return [...metas, ...(xml === null ? [] : [xml])].flatMap(([, label = '']) => toEncoding(label));
}

function toEncoding(label: string): readonly Encoding[] {
  const name = label.toLowerCase();
  // A declaration that can be read byte by byte is not in one of these.
  if (/^(?:utf-?(?:16|32)|ucs)/u.test(name)) return [];
  return [otherNames.find(([names]) => names.test(name))?.[1] ?? name];
}
