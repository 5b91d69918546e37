import {
  list,
  oneOf,
  string,
  type Problem,
  type Range,
  type Rule,
  type Shape,
} from '#local/wire/shape.ts';

/**
 * A list of strings, each of which must obey all rules. A violation is reported for the whole list,
 * with all rules, as some services do.
 */
export function stringList(rules: StringRules, range: Range = {}): Shape<readonly string[]> {
  const item = rules.values === undefined ? string(rules) : oneOf(...rules.values);
  const read = list(item, range);
  return (value, path, problems) => {
    const found: Problem[] = [];
    const strings = read(value, path, found);
    const isItem = (problem: Problem): boolean =>
      problem.path.length > path.length && problem.rule.type !== 'kind';
    problems.push(...found.filter((problem) => !isItem(problem)));
    if (found.some(isItem)) {
      problems.push({ path, value, rule: { type: 'each', rules: rulesOf(rules) } });
    }
    return strings;
  };
}

/** The rules of a string: its length and form, or the values that it may have. */
export interface StringRules extends Range {
  readonly pattern?: string;
  readonly values?: readonly [string, ...string[]];
}

function rulesOf({ min = 0, max, pattern, values }: StringRules): readonly Rule[] {
  if (values !== undefined) return [{ type: 'one-of', values }];
  return [
    ...(max === undefined ? [] : [{ type: 'max-length', limit: max } as const]),
    { type: 'min-length', limit: min },
    ...(pattern === undefined ? [] : [{ type: 'pattern', pattern } as const]),
    { type: 'present' },
  ];
}
