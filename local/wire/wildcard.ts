/** Matches any one character. */
const one = Symbol('one');
/** Matches any number of characters. */
const any = Symbol('any');

/** A pattern of literal characters and wildcards. */
export type Wildcard = readonly (string | typeof one | typeof any)[];

/**
 * Returns whether a pattern matches a whole text. The time is at most proportional to the product of
 * their lengths.
 */
export function matchesWildcard(pattern: Wildcard, text: string): boolean {
  const characters = Array.from(text);
  let at = 0;
  let unit = 0;
  // Where to backtrack to: the last `any` in the pattern, and the end of the text that it matches.
  let anyAt = -1;
  let matchedTo = 0;
  while (at < characters.length) {
    const expected = pattern[unit];
    if (expected === any) {
      anyAt = unit;
      matchedTo = at;
      unit += 1;
    } else if (expected === one || (expected !== undefined && expected === characters[at])) {
      unit += 1;
      at += 1;
    } else if (anyAt === -1) return false;
    else {
      matchedTo += 1;
      at = matchedTo;
      unit = anyAt + 1;
    }
  }
  return pattern.slice(unit).every((rest) => rest === any);
}

/** Parses a pattern in which `*` matches any text, and `\*` an asterisk. */
export function starPattern(form: string): Wildcard {
  return Array.from(form.matchAll(/\\([\s\S])|[\s\S]/gu), ([whole, escaped]) => {
    return whole === '*' ? any : (escaped ?? whole);
  });
}

/** Parses a pattern of an IAM policy: `*` matches any text, and `?` one character. */
export function policyPattern(form: string): Wildcard {
  const special = new Map<string, typeof one | typeof any>([
    ['*', any],
    ['?', one],
  ]);
  return Array.from(form, (character) => special.get(character) ?? character);
}
