import type { Token } from 'marked';

/** Splits Markdown into blocks, whose `raw` texts are the Markdown again. */
type Lexer = (markdown: string) => readonly Token[];

/**
 * Returns a lexer for a text that grows: it reads only what can still change. Text that is added can
 * change the last block, and whether that is a part of the block before it.
 */
export function createGrowingLexer(lex: Lexer): Lexer {
  let before = { text: '', tokens: [] as readonly Token[] };
  return (text) => {
    const kept = text.startsWith(before.text) ? settledIn(before.tokens) : [];
    const length = kept.reduce((total, { raw }) => total + raw.length, 0);
    before = { text, tokens: [...kept, ...lex(text.slice(length))] };
    return before.tokens;
  };
}

function settledIn(tokens: readonly Token[]): readonly Token[] {
  const blocks = tokens.flatMap(({ type }, index) => (type === 'space' ? [] : index));
  return tokens.slice(0, blocks.at(-2) ?? 0);
}
