import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { withoutBlankEnds } from '#documents/reading/tidy-text.ts';

/** Elements without visible text. */
const hiddenTags: ReadonlySet<string> = new Set('head script style noscript template'.split(' '));

/** Inline elements. Every other element begins a new line. */
const inlineTags: ReadonlySet<string> = new Set(
  (
    'a abbr b bdi bdo button cite code data del dfn em font i ins kbd label mark q ruby rb s samp ' +
    'small span strike strong sub sup time tt u var wbr'
  ).split(' '),
);

/** Elements whose lines and spaces are kept. */
const preformattedTags: ReadonlySet<string> = new Set(
  'pre listing xmp plaintext textarea'.split(' '),
);

/**
 * Returns the visible text of an HTML page, with a line for each block, and preformatted text as it
 * is. Tags are read one by one without a tree, so that unclosed tags cost nothing extra.
 */
export function htmlText(html: string): string {
  const blocks = new TextBlocks();
  let hidden = 0;
  const nameAt = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const callbacks: TokenizerCallbacks = {
    ...ignoreAll,
    onopentagname(start, end) {
      const name = nameAt(start, end);
      if (hiddenTags.has(name)) hidden += 1;
      // The head may lack a closing tag.
      if (name === 'body') hidden = 0;
      if (preformattedTags.has(name)) blocks.changeDepth(1);
      else if (!inlineTags.has(name)) blocks.add('\n');
    },
    onclosetag(start, end) {
      const name = nameAt(start, end);
      if (hiddenTags.has(name)) hidden = Math.max(0, hidden - 1);
      if (preformattedTags.has(name)) blocks.changeDepth(-1);
      else if (!inlineTags.has(name)) blocks.add('\n');
    },
    ontext(start, end) {
      if (hidden === 0) blocks.addText(html.slice(start, end));
    },
    ontextentity(codepoint) {
      if (hidden === 0) blocks.add(String.fromCodePoint(codepoint));
    },
  };
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return blocks.end();
}

/** Collects text, which is preformatted within some elements. */
class TextBlocks {
  readonly #done: string[] = [];
  #pieces: string[] = [];
  #depth = 0;

  add(piece: string): void {
    this.#pieces.push(piece);
  }

  addText(text: string): void {
    // Elsewhere, a line break in the source is a space.
    this.add(this.#depth > 0 ? text : text.replaceAll(/\s+/gu, ' '));
  }

  /** Enters or leaves a preformatted element. A closing tag may lack its opening tag. */
  changeDepth(change: 1 | -1): void {
    const depth = Math.max(0, this.#depth + change);
    if (depth > 0 !== this.#depth > 0) this.#endBlock();
    this.#depth = depth;
  }

  end(): string {
    this.#endBlock();
    return this.#done.join('\n');
  }

  #endBlock(): void {
    const text = this.#pieces.join('');
    const block = this.#depth > 0 ? withoutBlankEnds(text) : tidyLines(text);
    this.#pieces = [];
    if (block !== '') this.#done.push(block);
  }
}

const ignore = (): void => undefined;

/** Callbacks that ignore everything but text. */
const ignoreAll: TokenizerCallbacks = {
  onattribdata: ignore,
  onattribentity: ignore,
  onattribend: ignore,
  onattribname: ignore,
  oncdata: ignore,
  onclosetag: ignore,
  oncomment: ignore,
  ondeclaration: ignore,
  onend: ignore,
  onopentagend: ignore,
  onopentagname: ignore,
  onprocessinginstruction: ignore,
  onselfclosingtag: ignore,
  ontext: ignore,
  ontextentity: ignore,
};

function tidyLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}
