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
 * becomes a `RawNumber`. Throws a SyntaxError if the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  if (!mayLoseDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? exactNumber(source) : value,
  );
}

/** Returns a value as JSON. A BigInt is written as a number. */
export function toExactJson(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'bigint' ? JSON.rawJSON(String(part)) : part,
  );
}

/** Every number with up to 15 digits and a small exponent is exact. */
const mayLoseDigits = /[\d.]{16}|\d[eE][-+]?\d{3}/u;

/** Returns a number in JSON's notation as a number, or as a `RawNumber` if that would change it. */
export function exactNumber(source: string): number | RawNumber {
  const value = Number(source);
  return decimalOf(source) === decimalOf(String(value)) ? value : JSON.rawJSON(source);
}

/** Returns whether a value is a number, with any number of digits. */
export function isExactNumber(value: unknown): value is number | RawNumber {
  return typeof value === 'number' || JSON.isRawJSON(value);
}

/** Returns a number as JavaScript calculates with it; undefined for any other value. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return JSON.isRawJSON(value) ? Number(value.rawJSON) : undefined;
}

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
