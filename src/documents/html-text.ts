import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** Elements without visible text. */
const hiddenTags: ReadonlySet<string> = new Set('head script style noscript template'.split(' '));

/** Inline elements. Every other element begins a new line. */
const inlineTags: ReadonlySet<string> = new Set(
  (
    'a abbr b bdi bdo button cite code data del dfn em font i ins kbd label mark q ruby rb s samp ' +
    'small span strike strong sub sup time tt u var wbr'
  ).split(' '),
);

/**
 * Returns the visible text of an HTML page, with a line for each block. Tags are read one by one
 * without a tree, so that unclosed tags cost nothing extra.
 */
export function htmlText(html: string): string {
  const pieces: string[] = [];
  let hidden = 0;
  const nameAt = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const callbacks: TokenizerCallbacks = {
    ...ignoreAll,
    onopentagname(start, end) {
      const name = nameAt(start, end);
      if (hiddenTags.has(name)) hidden += 1;
      // The head may lack a closing tag.
      if (name === 'body') hidden = 0;
      if (!inlineTags.has(name)) pieces.push('\n');
    },
    onclosetag(start, end) {
      const name = nameAt(start, end);
      if (hiddenTags.has(name)) hidden = Math.max(0, hidden - 1);
      if (!inlineTags.has(name)) pieces.push('\n');
    },
    ontext(start, end) {
      // A line break in the source is a space.
      if (hidden === 0) pieces.push(html.slice(start, end).replaceAll(/\s+/gu, ' '));
    },
    ontextentity(codepoint) {
      if (hidden === 0) pieces.push(String.fromCodePoint(codepoint));
    },
  };
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return tidyLines(pieces.join(''));
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
