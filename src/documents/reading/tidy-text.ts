/** The forms of punctuation in vertical text: the blocks Vertical Forms and CJK Compatibility Forms. */
const verticalForms = /[\u{FE10}-\u{FE19}\u{FE30}-\u{FE4F}]/gu;

/**
 * Returns a text with composed characters, horizontal punctuation and line feeds as line ends, and
 * without byte order marks, which remain where files were joined.
 */
export function tidyText(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/gu, '\n')
      .replaceAll('\u{FEFF}', '')
      // NFC keeps these forms, and NFKC would change much else.
      .replaceAll(verticalForms, (form) => form.normalize('NFKC'))
      .normalize('NFC')
  );
}

/** Returns a text without blank lines at its beginning and without spaces at its end. */
export function withoutBlankEnds(text: string): string {
  return text.trimEnd().replace(/^(?:[^\S\n]*\n)+/u, '');
}
