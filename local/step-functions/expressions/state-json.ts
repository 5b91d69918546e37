import { isRecord } from '#local/wire/shape.ts';
import { toNumber } from '#local/wire/json/exact-json.ts';

/**
 * Returns the value of a JSON text. A number that JavaScript would write otherwise, such as `0.0` or a
 * 64-bit integer, becomes a `RawNumber`, so that it leaves a state as it came. The integer `-0` is 0, as
 * in Java. Throws a SyntaxError.
 */
export function parseStateJson(text: string): unknown {
  if (!mayChange.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value, { source }) => {
    if (source === '-0') return 0;
    return typeof value === 'number' && source !== undefined && source !== String(value)
      ? JSON.rawJSON(source)
      : value;
  });
}

/** Fractions that end in zero, exponents, negative zeros and more than 15 digits. */
const mayChange = /\.\d*0(?!\d)|\d[eE]|-0|[\d.]{16}/u;

/** Returns a copy in which every number is one that JavaScript calculates with. */
export function toPlainNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlainNumbers);
  if (!isRecord(value)) return toNumber(value) ?? value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, toPlainNumbers(item)]),
  );
}

/** Returns a value as JSON with a space after every comma and colon, as TestState writes it. */
export function writeSpacedJson(value: unknown): string | undefined {
  return JSON.stringify(value, null, 1)
    ?.replaceAll(/(?<=[[{])\n */gu, '')
    .replaceAll(/\n *(?=[\]}])/gu, '')
    .replaceAll(/\n */gu, ' ');
}
