/**
 * Returns the sentences of a text, without Markdown marks. It joins wrapped lines, leaves headings
 * out, and turns a table row into its cells.
 */
export function sentencesOf(text: string): readonly string[] {
  return paragraphsOf(text).flatMap((paragraph) => {
    const segments = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(paragraph);
    const sentences: string[] = [];
    for (const { segment } of segments) {
      const last = sentences.at(-1);
      // The segmenter splits after "Dr." in "Dr. Smith".
      if (last !== undefined && abbreviation.test(last)) {
        sentences[sentences.length - 1] = last + segment;
      } else sentences.push(segment);
    }
    return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
  });
}

const abbreviation =
  /\b(?:Dr|Mr|Mrs|Ms|Prof|Inc|Ltd|Co|St|vs|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|approx|U\.S)\.\s*$/u;

/** A shorter line was not wrapped: its writer ended it there. */
const minWrappedLength = 40;

function paragraphsOf(text: string): readonly string[] {
  const paragraphs: string[] = [];
  let isWrapped = false;
  for (const [line, next] of pairs(text.split(/\r?\n/u))) {
    const content = line.trim();
    const isHeader = /^\|[\s:|-]+\|$/u.test(next.trim());
    if (content === '' || /^(?:#{1,6}\s|\|[\s:|-]+\|$)/u.test(content) || isHeader) {
      isWrapped = false;
      continue;
    }
    const plain = withoutMarks(content);
    const last = paragraphs.at(-1);
    const startsItem = /^(?:>|\||[-*+]\s|\d+[.)]\s)/u.test(content);
    if (isWrapped && last !== undefined && !startsItem) {
      paragraphs[paragraphs.length - 1] = `${last}${separatorBetween(last, plain)}${plain}`;
    } else paragraphs.push(plain);
    isWrapped = content.length >= minWrappedLength && !/[.!?。！？:：|]$/u.test(content);
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

function separatorBetween(before: string, after: string): string {
  const isJapanese = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(before);
  return isJapanese && !/^[\p{Script=Latin}\d]/u.test(after) ? '' : ' ';
}

/**
 * Returns the offset of a sentence in its text at or after `from`, or undefined. The sentence may be
 * wrapped in the text.
 */
export function offsetOf(sentence: string, text: string, from: number): number | undefined {
  const exact = text.indexOf(sentence, from);
  if (exact !== -1) return exact;
  const [beginning = ''] = sentence.split(/\s+/u);
  const near = text.indexOf(sentence.slice(0, Math.max(beginning.length, 15)), from);
  return near === -1 ? undefined : near;
}
