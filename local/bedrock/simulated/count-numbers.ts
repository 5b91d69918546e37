import { isJapanese } from '#local/bedrock/simulated/language/words.ts';

/** A longer list would be cut by the token limit anyway. */
const maxNumbers = 10_000;

/** Returns the numbers that a question asks to count or list: "Count from 3 to 5". */
export function countNumbers(question: string): string | undefined {
  if (question.length > 200) return undefined;
  const range = rangeIn(question);
  if (range === undefined) return undefined;
  const size = Math.max(1, Math.abs(stepIn(question)));
  const [first, last] =
    /backwards?|reverse|descending|逆/iu.test(question) && range[0] < range[1]
      ? [range[1], range[0]]
      : range;
  const length = Math.floor(Math.abs(last - first) / size) + 1;
  const step = last < first ? -size : size;
  const numbers = Array.from(
    { length: Math.min(maxNumbers, length) },
    (_, at) => first + at * step,
  );
  if (/\bline\b|\blines\b|改行|一行|1行/iu.test(question)) return numbers.join('\n');
  if (/\b(?:by|with|only) spaces?\b|空白|スペース/iu.test(question)) return numbers.join(' ');
  return numbers.join(isJapanese(question) ? '、' : ', ');
}

const number = '(-?\\d{1,9}|zero|one|two|three|four|five|six|seven|eight|nine|ten|twenty)';

const fromTo = [
  `\\bcount(?:ing)?\\b[^.?!\\d]{0,30}?\\bfrom\\s+${number}\\s+(?:up\\s+|down\\s+|back\\s+)?(?:to|through|until|till)\\s+${number}\\b`,
  `\\bcount(?:ing)?\\s+(?:up\\s+|out\\s+loud\\s+)?${number}\\s*(?:to|through|-|–)\\s*${number}\\b`,
  `\\b(?:numbers|integers)\\s+(?:from\\s+|between\\s+)?${number}\\s*(?:to|through|and|-|–)\\s*${number}\\b`,
  `^(?:please\\s+)?(?:list|print|write|say|output)\\s+(?:from\\s+)?${number}\\s+(?:to|through)\\s+${number}[.!]?$`,
  `(-?\\d{1,9})\\s*(?:から|〜|～|~)\\s*(-?\\d{1,9})\\s*(?:まで)?[^。]{0,12}?(?:数え|カウント|列挙|言って|並べ|書いて)`,
].map((source) => new RegExp(source, 'iu'));

const upTo =
  /\bcount\s+(?:up\s+)?to\s+(-?\d{1,9}|ten|five|three|twenty)\b|^\s*(\d{1,9})\s*まで(?:の数を)?(?:数え|カウント)/iu;
const downFrom =
  /\bcount\s+(?:down|backwards?)\s+from\s+(\d{1,9}|ten|five|three|twenty)\b(?!\s*(?:to|until|through))/iu;

function rangeIn(question: string): readonly [number, number] | undefined {
  const text = question.normalize('NFKC');
  for (const pattern of fromTo) {
    const [, first, last] = pattern.exec(text) ?? [];
    if (first !== undefined && last !== undefined) return [toNumber(first), toNumber(last)];
  }
  const [, english, japanese] = upTo.exec(text) ?? [];
  const end = english ?? japanese;
  if (end !== undefined) return [1, toNumber(end)];
  const [, start] = downFrom.exec(text) ?? [];
  return start === undefined ? undefined : [toNumber(start), 1];
}

function stepIn(question: string): number {
  const [, english, japanese] =
    /\b(?:by|in steps of|in increments of)\s+(\d{1,9}|twos?|threes?|fives?|tens?)\b|(\d{1,9})\s*(?:ずつ|刻み|おき)/iu.exec(
      question.normalize('NFKC'),
    ) ?? [];
  const step = english ?? japanese;
  return step === undefined ? 1 : toNumber(step.replace(/(?<=[a-z])s$/iu, ''));
}

const words = 'zero one two three four five six seven eight nine ten'.split(' ');

function toNumber(text: string): number {
  const lower = text.toLowerCase();
  if (lower === 'twenty') return 20;
  const at = words.indexOf(lower);
  return at === -1 ? Number(text) : at;
}
