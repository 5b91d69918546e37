/**
 * The sentences of a text, without the marks of Markdown. Lines that were wrapped are put together;
 * headings are no sentences, and a row of a table reads as its cells.
 */
export function sentencesOf(text: string): readonly string[] {
  return paragraphsOf(text).flatMap((paragraph) => {
    const segments = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(paragraph);
    const sentences: string[] = [];
    for (const { segment } of segments) {
      const last = sentences.at(-1);
      // "Dr. Smith" is one sentence, whatever the segmenter thinks.
      if (last !== undefined && abbreviation.test(last)) {
        sentences[sentences.length - 1] = last + segment;
      } else sentences.push(segment);
    }
    return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
  });
}

const abbreviation =
  /\b(?:Dr|Mr|Mrs|Ms|Prof|Inc|Ltd|Co|St|vs|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|approx|U\.S)\.\s*$/u;

/** A line shorter than this was not wrapped: it ends where its writer ended it. */
const wrappedLength = 40;

function paragraphsOf(text: string): readonly string[] {
  const paragraphs: string[] = [];
  let isOpen = false;
  for (const [line, next] of pairs(text.split(/\r?\n/u))) {
    const words = line.trim();
    const isHeader = /^\|[\s:|-]+\|$/u.test(next.trim());
    if (words === '' || /^(?:#{1,6}\s|\|[\s:|-]+\|$)/u.test(words) || isHeader) {
      isOpen = false;
      continue;
    }
    const plain = withoutMarks(words);
    const last = paragraphs.at(-1);
    const beginsAnew = /^(?:>|\||[-*+]\s|\d+[.)]\s)/u.test(words);
    if (isOpen && last !== undefined && !beginsAnew) {
      paragraphs[paragraphs.length - 1] = `${last}${joiner(last, plain)}${plain}`;
    } else paragraphs.push(plain);
    isOpen = words.length >= wrappedLength && !/[.!?。！？:：|]$/u.test(words);
  }
  return paragraphs;
}

function* pairs(lines: readonly string[]): Generator<readonly [string, string]> {
  for (const [index, line] of lines.entries()) yield [line, lines[index + 1] ?? ''];
}

function withoutMarks(line: string): string {
  if (!line.startsWith('|')) return line.replace(/^(?:>\s*|[-*+]\s+|\d+[.)]\s+)+/u, '');
  const cells = line.split('|').map((cell) => cell.trim());
  return cells.filter((cell) => cell !== '').join(': ');
}

function joiner(before: string, after: string): string {
  const isEastern = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(before);
  return isEastern && !/^[\p{Script=Latin}\d]/u.test(after) ? '' : ' ';
}

/** Where a sentence begins in its text, from a place on; its lines may have been wrapped there. */
export function placeOf(sentence: string, text: string, from: number): number | undefined {
  const exact = text.indexOf(sentence, from);
  if (exact !== -1) return exact;
  const [beginning = ''] = sentence.split(/\s+/u);
  const near = text.indexOf(sentence.slice(0, Math.max(beginning.length, 15)), from);
  return near === -1 ? undefined : near;
}
