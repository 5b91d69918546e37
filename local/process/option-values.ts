/** Returns the value of an option as a whole number. Throws an error that names the option. */
export function readWholeNumber(option: string, value: string): number {
  if (/^\d{1,9}$/u.test(value)) return Number(value);
  throw new Error(`${option}: must be a whole number, not ${JSON.stringify(value)}`);
}

/** Returns the value of an option as a number within a range. Throws an error that names it. */
export function readNumber(
  option: string,
  value: string,
  [min, max]: readonly [number, number],
): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= min && number <= max) return number;
  throw new Error(
    `${option}: must be a number from ${min} to ${max}, not ${JSON.stringify(value)}`,
  );
}

/** Returns the value of an option if it is one of the choices. Throws an error that names it. */
export function readChoice<T extends string>(
  option: string,
  value: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new Error(`${option}: must be ${choices.join(' or ')}, not ${JSON.stringify(value)}`);
}
