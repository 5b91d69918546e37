import { Lexer, Marked, type Token, type Tokens } from 'marked';
import { languageIn } from './code/language-name.ts';
import { isFenceClosed } from './code/fences.ts';
import { findMathsBlock, readMathsBlock } from './maths/maths-source.ts';

/** An answer in parts that are rendered one by one. */
export interface Blocks {
  readonly blocks: readonly Block[];
  readonly notes: readonly Note[];
}

/** A part of an answer that stands for itself. */
export type Block =
  /** With the definitions that it refers to, wherever in the answer they are. */
  | { readonly type: 'markdown'; readonly markdown: string }
  | {
      readonly type: 'code';
      readonly code: string;
      readonly language: string;
      readonly isClosed: boolean;
    }
  | { readonly type: 'maths'; readonly source: string };

/** A footnote. */
export interface Note {
  /** In lower case, as Markdown compares names. */
  readonly name: string;
  readonly markdown: string;
}

/** Markdown with formulas that stand in lines of their own. */
const parser = new Marked({
  extensions: [
    {
      name: 'maths',
      level: 'block',
      start: findMathsBlock,
      tokenizer(text) {
        const raw = readMathsBlock(text);
        return raw === undefined ? undefined : { type: 'maths', raw };
      },
    },
  ],
});

/** Splits Markdown into its blocks. What stands in their lines is not read here. */
export function lexBlocks(text: string): readonly Token[] {
  return new Lexer(parser.defaults).blockTokens(text.replaceAll(/\r\n?/gu, '\n'), []);
}

/** Splits an answer's Markdown into blocks and footnotes. */
export function toBlocks(text: string, lex = lexBlocks): Blocks {
  const tokens = lex(text);
  const definitions = tokens.flatMap((token) =>
    token.type === 'def' && !token.raw.startsWith('[^') ? [token.raw.trim()] : [],
  );
  const notes = tokens.flatMap(notesIn);
  const blocks = tokens.filter((token) => notesIn(token).length === 0);
  return { notes, blocks: blocks.map((token) => toBlock(token, definitions, notes)) };
}

/** Whether two blocks look the same. */
export function isSameBlock(one: Block, other: Block | undefined): boolean {
  if (one === other) return true;
  switch (one.type) {
    case 'markdown':
      return other?.type === 'markdown' && one.markdown === other.markdown;
    case 'maths':
      return other?.type === 'maths' && one.source === other.source;
    case 'code':
      return (
        other?.type === 'code' &&
        one.code === other.code &&
        one.language === other.language &&
        one.isClosed === other.isClosed
      );
  }
}

function toBlock(token: Token, definitions: readonly string[], notes: readonly Note[]): Block {
  const { type, raw } = token;
  if (type === 'maths') return { type, source: raw.trim() };
  // Markdown's parser takes long for a long block of code, and there is nothing in it to parse.
  if (isCode(token)) {
    const { text, lang = '' } = token;
    return { type: 'code', code: text, language: languageIn(lang), isClosed: isFenceClosed(raw) };
  }
  const names = notes.filter(({ name }) => refersTo(raw, `^${name}`));
  const used = definitions.filter((definition) => refersTo(raw, labelOf(definition)));
  // Without a definition, a reference to a footnote is plain text.
  const added = [...used, ...names.map(({ name }) => `[^${name}]: .`)];
  const markdown = added.length === 0 ? raw : `${raw.trimEnd()}\n\n${added.join('\n\n')}\n`;
  return { type: 'markdown', markdown };
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === 'code';
}

/** Returns the footnotes that a block defines. Each begins a line: `[^name]: …`. */
function notesIn({ type, raw }: Token): readonly Note[] {
  if (type !== 'paragraph' && type !== 'def') return [];
  if (!raw.startsWith('[^')) return [];
  return raw.split(/^(?=\[\^[^\]\s]+\]:)/mu).flatMap((part) => {
    const [, name, markdown] = /^\[\^([^\]\s]+)\]:\s*([^]*)$/u.exec(part) ?? [];
    if (name === undefined || markdown === undefined) return [];
    return [{ name: name.toLowerCase(), markdown: markdown.trim() }];
  });
}

function labelOf(definition: string): string {
  return /^\[((?:[^\]\\]|\\.)+)\]:/u.exec(definition)?.[1] ?? '';
}

function refersTo(raw: string, label: string): boolean {
  return raw.toLowerCase().includes(`[${label.toLowerCase()}]`);
}
