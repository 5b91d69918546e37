import type { PassageJson } from '#protocol/conversation/answer-schema.ts';

/** A longer passage is quoted by its beginning: the model finds the rest itself. */
const maxQuoteLength = 600;

/** Returns the beginning of a text, which ends with a whole line or word if it can. */
function beginningOf(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const start = text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/u, '');
  const end = Math.max(start.lastIndexOf('\n'), start.lastIndexOf(' '));
  return `${end > maxLength / 2 ? start.slice(0, end).trimEnd() : start}…`;
}

/** Returns a draft with a passage after it, as a quotation in Markdown. */
export function withQuote(draft: string, { text, source }: PassageJson): string {
  const quoted = `${beginningOf(text.trim(), maxQuoteLength)}\n\n— ${fileOf(source)}`;
  const quote = quoted
    .split(/\r?\n/u)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
  return `${draft.trim() === '' ? '' : `${draft.trimEnd()}\n\n`}${quote}\n\n`;
}

/** Returns the name of the file at an address, or the address if it has none. */
export function fileOf(source: string): string {
  return source.slice(source.lastIndexOf('/') + 1) || source;
}
