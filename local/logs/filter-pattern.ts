import { AwsError } from '#local/wire/aws-error.ts';

/**
 * Returns a function that matches log lines against a filter pattern of CloudWatch Logs. A line must
 * contain all plain terms, no term with a minus, and one of the terms with a question mark. Throws
 * for a pattern in braces or brackets, which would filter JSON or columns.
 */
export function compileFilterPattern(pattern: string): (message: string) => boolean {
  const trimmed = pattern.trim();
  if (/^[{[]/u.test(trimmed)) {
    throw new AwsError('InvalidParameterException', `The pattern ${pattern} is not hosted here.`);
  }
  const terms = [...trimmed.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/gu)].map(
    ([, sign = '', quoted, plain = '']) => ({ sign, text: quoted ?? plain }),
  );
  const withSign = (requested: string): readonly string[] =>
    terms.filter(({ sign }) => sign === requested).map(({ text }) => text);
  const [required, excluded, alternatives] = [withSign(''), withSign('-'), withSign('?')];
  return (message) => {
    const has = (text: string): boolean => message.includes(text);
    return (
      required.every(has) &&
      !excluded.some(has) &&
      (alternatives.length === 0 || alternatives.some(has))
    );
  };
}
