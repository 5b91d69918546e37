declare global {
  // Part of ECMAScript 2026, which TypeScript's libraries do not have yet.
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
  }
}

/** A number as it was written. `JSON.stringify` writes it unchanged. */
export interface RawNumber {
  readonly rawJSON: string;
}

/**
 * Returns the value of a JSON text. A number that would lose digits, such as most 64-bit integers,
 * becomes a `RawNumber`, but in older browsers a number. Throws a SyntaxError.
 */
export function parseExactJson(text: string): unknown {
  return parseJson(text, Object.hasOwn(JSON, 'rawJSON') ? JSON.rawJSON : Number);
}

/** Returns the value of a JSON text, in which `toValue` reads each number that would lose digits. */
export function parseJson(text: string, toValue: (source: string) => unknown): unknown {
  if (!mayLoseDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value;
    return decimalOf(source) === decimalOf(String(value)) ? value : toValue(source);
  });
}

/** Every number with up to 15 digits and a small exponent is exact. */
const mayLoseDigits = /[\d.]{16}|\d[eE][-+]?\d{3}/u;

/** Returns one notation for each number: its digits without outer zeros, and its exponent. */
function decimalOf(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/iu.exec(source) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/u, '');
  const significant = digits.replace(/(?<!0)0+$/u, '');
  if (significant === '') return whole === '' ? source : '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}

/** Returns the value of a JSON text; undefined if it is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the value at a path in JSON from outside; undefined if there is none. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.getOwnPropertyDescriptor(found, name)?.value;
  }
  return found;
}
