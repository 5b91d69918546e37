/** Matches any one character. */
const one = Symbol('one');
/** Matches any number of characters. */
const any = Symbol('any');

/** A pattern of literal characters and wildcards. */
export type Wildcard = readonly (string | typeof one | typeof any)[];

/**
 * Returns whether a pattern matches a whole text. The time is at most proportional to the sum of
 * their lengths, or to the product if the pattern has wildcards for one character.
 */
export function matchesWildcard(pattern: Wildcard, text: string): boolean {
  return pattern.includes(one) ? matchesStepwise(pattern, text) : matchesParts(pattern, text);
}

/** Finds the parts between wildcards one after the other, each at its first place. */
function matchesParts(pattern: Wildcard, text: string): boolean {
  const parts = [''];
  for (const unit of pattern) {
    if (typeof unit === 'string') parts.push(`${parts.pop() ?? ''}${unit}`);
    else parts.push('');
  }
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = findText(part, text, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Finds a part in linear time, which `indexOf` does not guarantee (Knuth, Morris and Pratt). */
function findText(part: string, text: string, from: number): number {
  const borders = bordersOf(part);
  let length = 0;
  if (part === '') return from;
  for (let at = from; at < text.length; at += 1) {
    while (length > 0 && part[length] !== text[at]) length = borders[length - 1] ?? 0;
    if (part[length] === text[at]) length += 1;
    if (length === part.length) return at - length + 1;
  }
  return -1;
}

/** Returns, for each beginning of a part, the length of its longest end that it also begins with. */
function bordersOf(part: string): readonly number[] {
  const borders = [0];
  let length = 0;
  for (let at = 1; at < part.length; at += 1) {
    while (length > 0 && part[length] !== part[at]) length = borders[length - 1] ?? 0;
    if (part[length] === part[at]) length += 1;
    borders.push(length);
  }
  return borders;
}

function matchesStepwise(pattern: Wildcard, text: string): boolean {
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
