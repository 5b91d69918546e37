/** Stands for one character of any kind, or for any number of them. */
const one = Symbol('one');
const any = Symbol('any');

/** A pattern: characters as they are, and what stands for others. */
export type Wildcard = readonly (string | typeof one | typeof any)[];

/** Whether a text is of a pattern, in time that grows with the product of their lengths at most. */
export function matchesWildcard(pattern: Wildcard, text: string): boolean {
  const characters = Array.from(text);
  let at = 0;
  let unit = 0;
  // Where to go back to: the last place where anything may stand, and how much it has taken.
  let anyAt = -1;
  let takenTo = 0;
  while (at < characters.length) {
    const wanted = pattern[unit];
    if (wanted === any) {
      anyAt = unit;
      takenTo = at;
      unit += 1;
    } else if (wanted === one || (wanted !== undefined && wanted === characters[at])) {
      unit += 1;
      at += 1;
    } else if (anyAt === -1) return false;
    else {
      takenTo += 1;
      at = takenTo;
      unit = anyAt + 1;
    }
  }
  return pattern.slice(unit).every((rest) => rest === any);
}

/** A pattern in which `*` stands for anything, and for itself after a backslash. */
export function starPattern(form: string): Wildcard {
  return Array.from(form.matchAll(/\\([\s\S])|[\s\S]/gu), ([whole, escaped]) => {
    return whole === '*' ? any : (escaped ?? whole);
  });
}

/** A pattern of a policy: `*` stands for anything, `?` for one character. */
export function policyPattern(form: string): Wildcard {
  const special = new Map<string, typeof one | typeof any>([
    ['*', any],
    ['?', one],
  ]);
  return Array.from(form, (character) => special.get(character) ?? character);
}
