/** The whole number an option was given. Throws an error that names the option. */
export function readWholeNumber(option: string, value: string): number {
  if (/^\d{1,9}$/u.test(value)) return Number(value);
  throw new Error(`${option}: must be a whole number, not ${JSON.stringify(value)}`);
}
