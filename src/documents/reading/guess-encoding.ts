import { isPlainText, tryDecode, type Encoding } from '#documents/reading/try-decode.ts';

/** Returns how much a text reads like one, from 0 to 1. */
type Score = (text: string) => number;

const candidates: readonly (readonly [Encoding, Score])[] = [
  ['utf-32le', commonShare],
  ['utf-32be', commonShare],
  ['utf-16le', scoreUnicode],
  ['utf-16be', scoreUnicode],
  ['shift_jis', scoreShiftJis],
  ['euc-jp', scoreEucJp],
];

/** The score of nonsense is lower. */
const minScore = 0.55;

/** How much of a text is judged, in characters. */
const judgedLength = 50_000;

/**
 * Returns the text of bytes that are not UTF-8 and declare no encoding, in the most likely one;
 * undefined if they read as a text in none.
 */
export function guessText(bytes: Uint8Array): string | undefined {
  let best: { readonly text: string; readonly score: number } | undefined;
  for (const [encoding, toScore] of candidates) {
    const text = tryDecode(bytes, encoding);
    if (text === undefined || !isPlainText(text) || /\p{Cn}/u.test(text)) continue;
    const score = toScore(text.slice(0, judgedLength));
    if (score > (best?.score ?? minScore) && !isDamagedUtf8(bytes, encoding)) {
      best = { text, score };
    }
  }
  return best?.text;
}

/** The characters of the scripts that are in use; the rest of Unicode is as large. */
const common =
  /[\s -~\u{A1}-\u{24F}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hangul}\p{P}\p{S}\p{N}\u{3000}-\u{30FF}\u{4E00}-\u{9FFF}\u{FF01}-\u{FFEF}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Thai}\p{sc=Devanagari}]/gu;

/** Han and Hangul fill half of Unicode, so they prove less than letters and kana. */
const frequent = /[\s -~\u{3000}-\u{30FF}\p{sc=Cyrillic}\p{sc=Greek}]/gu;

/**
 * In the wrong byte order, most characters are of rare scripts. A text without any ASCII, which
 * would be visible as zero bytes, must have kana or letters.
 */
function scoreUnicode(text: string): number {
  const frequentShare = count(text, frequent) / Array.from(text).length;
  const isProven = frequentShare >= 0.3 || (frequentShare > 0 && /[\s -~]/u.test(text));
  return isProven && commonShare(text) >= 0.95 ? (1 + frequentShare) / 2 : 0;
}

/** Bytes that are valid in UTF-32 are hardly anything else. */
function commonShare(text: string): number {
  return count(text, common) / Array.from(text).length;
}

const kana = /[\u{3041}-\u{30FF}]/gu;
const halfWidthKana = /[\u{FF61}-\u{FF9F}]/gu;
const han = /\p{sc=Han}/gu;
/** Punctuation, symbols and full-width letters of Japanese character sets. */
const symbols = /[\u{2010}-\u{266F}\u{3000}-\u{303F}\u{3200}-\u{33FF}\u{FF01}-\u{FF5E}\u{FFE5}]/gu;
/** A letter of a European text and the one after it may look like one Han character in a word. */
const hanInWord =
  /(?<![\p{sc=Han}\u{3000}-\u{30FF}])(?:(?<=[A-Za-z])\p{sc=Han}|\p{sc=Han}(?=[A-Za-z]))(?![\p{sc=Han}\u{3000}-\u{30FF}])/gu;

function scoreShiftJis(text: string): number {
  const japanese = count(text, kana) + count(text, symbols);
  const plausibleHan = count(text, han) - count(text, hanInWord);
  const sum = japanese + 0.8 * plausibleHan + 0.4 * count(text, halfWidthKana);
  return sum / count(text, beyondAscii);
}

/** Without kana, the same bytes may be Chinese or Korean. */
function scoreEucJp(text: string): number {
  const hasKana = count(text, kana) >= 0.1 * count(text, beyondAscii);
  return hasKana ? scoreShiftJis(text) : 0;
}

const beyondAscii = /[^\0-\u{7F}]/gu;

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Returns whether bytes are UTF-8 with a few errors, which other encodings read as nonsense. */
function isDamagedUtf8(bytes: Uint8Array, encoding: Encoding): boolean {
  if (encoding.startsWith('utf-')) return false;
  const text = new TextDecoder().decode(bytes.subarray(0, judgedLength));
  return count(text, /[^\0-\u{7F}\u{FFFD}]/gu) > count(text, /\u{FFFD}/gu);
}
