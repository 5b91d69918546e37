/** The whole number an option was given. Throws an error that names the option. */
export function readWholeNumber(option: string, value: string): number {
  if (/^\d{1,9}$/u.test(value)) return Number(value);
  throw new Error(`${option}: must be a whole number, not ${JSON.stringify(value)}`);
}

/** The number an option was given, within its range. Throws an error that names the option. */
export function readNumber(
  option: string,
  value: string,
  [least, most]: readonly [number, number],
): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= least && number <= most) return number;
  throw new Error(
    `${option}: must be a number from ${least} to ${most}, not ${JSON.stringify(value)}`,
  );
}

/** The word an option was given, out of some. Throws an error that names the option. */
export function readChoice<T extends string>(
  option: string,
  value: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new Error(`${option}: must be ${choices.join(' or ')}, not ${JSON.stringify(value)}`);
}
