import { AwsError } from '#local/wire/aws-error.ts';

/**
 * A filter pattern of CloudWatch Logs over unstructured lines: all terms must be there, none of
 * those with a minus, and one of those with a question mark. Patterns in braces or brackets look
 * into JSON or columns, and are not known here: they throw.
 */
export function filterPattern(pattern: string): (message: string) => boolean {
  const trimmed = pattern.trim();
  if (/^[{[]/u.test(trimmed)) {
    throw new AwsError('InvalidParameterException', `The pattern ${pattern} is not hosted here.`);
  }
  const terms = [...trimmed.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/gu)].map(
    ([, sign = '', quoted, plain = '']) => ({ sign, text: quoted ?? plain }),
  );
  const ofSign = (wanted: string): readonly string[] =>
    terms.filter(({ sign }) => sign === wanted).map(({ text }) => text);
  const [needed, unwanted, optional] = [ofSign(''), ofSign('-'), ofSign('?')];
  return (message) => {
    const has = (text: string): boolean => message.includes(text);
    return (
      needed.every(has) && !unwanted.some(has) && (optional.length === 0 || optional.some(has))
    );
  };
}
