import type { Code, Effects, Extension, State, TokenizeContext } from 'micromark-util-types';
import { isMaths, maxCharacters } from './maths-source.ts';

declare module 'micromark-util-types' {
  interface TokenTypeMap {
    maths: 'maths';
    mathsLine: 'mathsLine';
  }
}

const [dollar, backslash] = [36, 92];
const [roundOpen, roundClose, squareOpen, squareClose, curlyOpen] = [40, 41, 91, 93, 123];

/** Markdown's syntax of formulas: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. One without an end is text. */
export const mathsSyntax: Extension = {
  text: {
    [dollar]: {
      name: 'maths',
      previous: (code) => code !== dollar && !isWordCharacter(code) && !isBeforeShell(code),
      tokenize: tokenizeDollars,
    },
    [backslash]: { name: 'maths', tokenize: tokenizeBrackets },
  },
};

function tokenizeDollars(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const scan = createScan(this, effects, { ok, nok });
  const first: State = (code) => {
    if (code !== dollar) return scan([dollar])(code);
    effects.consume(code);
    return scan([dollar, dollar]);
  };
  return begin(effects, first);
}

function tokenizeBrackets(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const scan = createScan(this, effects, { ok, nok });
  return begin(effects, (code) => {
    if (code !== roundOpen && code !== squareOpen) return nok(code);
    effects.consume(code);
    return scan([backslash, code === roundOpen ? roundClose : squareClose]);
  });
}

function begin(effects: Effects, next: State): State {
  return (code) => {
    effects.enter('maths');
    effects.enter('mathsLine');
    effects.consume(code);
    return next;
  };
}

interface Outcome {
  readonly ok: State;
  readonly nok: State;
}

/** Returns what makes the states that read a formula up to its closing characters. */
function createScan(
  context: TokenizeContext,
  effects: Effects,
  { ok, nok }: Outcome,
): (closing: readonly [Code, Code?]) => State {
  return ([close, secondClose]) => {
    let count = 0;
    const inside: State = (code) => {
      count += 1;
      if (code === null || count > maxCharacters) return nok(code);
      if (isLineEnd(code)) return endLine(code);
      effects.consume(code);
      if (code === close) return secondClose === undefined ? end : endOrGoOn;
      return code === backslash ? escaped : inside;
    };
    // The second of two characters that belong together.
    const escaped: State = (code) => {
      if (code === null || isLineEnd(code)) return inside(code);
      effects.consume(code);
      return inside;
    };
    const endOrGoOn: State = (code) => {
      if (code !== secondClose) {
        const opensAgain = close === dollar || code === roundOpen || code === squareOpen;
        return opensAgain ? nok(code) : escaped(code);
      }
      effects.consume(code);
      return end;
    };
    const endLine: State = (code) => {
      effects.exit('mathsLine');
      effects.enter('lineEnding');
      effects.consume(code);
      effects.exit('lineEnding');
      effects.enter('mathsLine');
      return inside;
    };
    const end: State = (code) => {
      const begins = code === dollar || code === roundOpen || code === curlyOpen;
      if (close === dollar && (begins || isWordCharacter(code))) return nok(code);
      effects.exit('mathsLine');
      return isMaths(context.sliceSerialize(effects.exit('maths'))) ? ok(code) : nok(code);
    };
    return inside;
  };
}

/** Micromark has negative codes for the ends of lines. */
function isLineEnd(code: Code): boolean {
  return code !== null && code < -2;
}

function isWordCharacter(code: Code): boolean {
  return code !== null && code > 0 && /\w/u.test(String.fromCharCode(code));
}

/** What stands before the commands and variables of a shell: `A=$(date)`, `"$(date)"`. */
function isBeforeShell(code: Code): boolean {
  return code !== null && code > 0 && '="\'`'.includes(String.fromCharCode(code));
}
