import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** What is not for readers. */
const unseen: ReadonlySet<string> = new Set('head script style noscript template'.split(' '));

/** What stands in the line; all else begins a new one. */
const inline: ReadonlySet<string> = new Set(
  (
    'a abbr b bdi bdo button cite code data del dfn em font i ins kbd label mark q ruby rb s samp ' +
    'small span strike strong sub sup time tt u var wbr'
  ).split(' '),
);

/**
 * The words of an HTML page, a line for each block of them. Tags are read one by one, and no tree
 * is made of them: one that is never closed costs no more than another.
 */
export function htmlText(html: string): string {
  const pieces: string[] = [];
  let hidden = 0;
  const nameAt = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const callbacks: TokenizerCallbacks = {
    ...nothing,
    onopentagname(start, end) {
      const name = nameAt(start, end);
      if (unseen.has(name)) hidden += 1;
      // A head may be left open.
      if (name === 'body') hidden = 0;
      if (!inline.has(name)) pieces.push('\n');
    },
    onclosetag(start, end) {
      const name = nameAt(start, end);
      if (unseen.has(name)) hidden = Math.max(0, hidden - 1);
      if (!inline.has(name)) pieces.push('\n');
    },
    ontext(start, end) {
      // Lines of the source are spaces.
      if (hidden === 0) pieces.push(html.slice(start, end).replaceAll(/\s+/gu, ' '));
    },
    ontextentity(codepoint) {
      if (hidden === 0) pieces.push(String.fromCodePoint(codepoint));
    },
  };
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return lines(pieces.join(''));
}

const ignore = (): void => undefined;

/** What is no word. */
const nothing: TokenizerCallbacks = {
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

function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}
