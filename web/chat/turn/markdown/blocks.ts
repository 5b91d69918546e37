import { marked, type Token } from 'marked';

/** An answer in parts that are rendered one by one. */
export interface Blocks {
  /** Each with the definitions that it refers to, wherever in the answer they are. */
  readonly blocks: readonly string[];
  readonly notes: readonly Note[];
}

/** A footnote. */
export interface Note {
  /** In lower case, as Markdown compares names. */
  readonly name: string;
  readonly markdown: string;
}

/** Splits an answer's Markdown into blocks and footnotes. */
export function toBlocks(text: string): Blocks {
  const tokens = marked.lexer(text);
  const definitions = tokens.flatMap((token) =>
    token.type === 'def' && !token.raw.startsWith('[^') ? [token.raw.trim()] : [],
  );
  const notes = tokens.flatMap(notesIn);
  const blocks = tokens.filter((token) => notesIn(token).length === 0);
  return {
    notes,
    blocks: blocks.map(({ raw }) => {
      const names = notes.filter(({ name }) => refersTo(raw, `^${name}`));
      const used = definitions.filter((definition) => refersTo(raw, labelOf(definition)));
      // Without a definition, a reference to a footnote is plain text.
      const added = [...used, ...names.map(({ name }) => `[^${name}]: .`)];
      return added.length === 0 ? raw : `${raw.trimEnd()}\n\n${added.join('\n\n')}\n`;
    }),
  };
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
