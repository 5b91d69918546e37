/** Returns the expression of a question that is a calculation, and its value; else undefined. */
export function calculate(
  question: string,
): readonly [expression: string, value: string] | undefined {
  if (question.length > 100) return undefined;
  const [, match = ''] = questionPattern.exec(question.trim()) ?? [];
  const expression = match.trim();
  const isCalculation = /\d\s*[-+*/×÷]\s*[\d(]/u.test(expression);
  // A date, a telephone number and "24/7" look like calculations.
  if (!isCalculation || /\d{4}-\d{2}|(?:^|\D)0\d+-|^\d+\/\d+$/u.test(expression)) return undefined;
  const tokens = expression
    .replaceAll(/(?<=\d),(?=\d{3})/gu, '')
    .match(/\d+(?:\.\d+)?|[-+*/×÷()]/gu);
  const reader = createReader(tokens ?? []);
  const value = readSum(reader);
  if (value === undefined || reader.peek() !== undefined) return undefined;
  return Number.isFinite(value) ? [expression, String(Number(value.toPrecision(12)))] : undefined;
}

const questionPattern =
  /^(?:(?:and|now|then|では|じゃあ)\s*,?\s*)?(?:what(?:'s| is)|how much is|calculate|compute|solve)?\s*([\d\s.,+\-*/×÷()]+?)\s*(?:[=?？]|は(?:いくつ|何)?(?:ですか)?|を計算(?:して(?:ください)?)?)*\s*[.。]?$/iu;

interface Reader {
  peek(): string | undefined;
  take(): string | undefined;
}

function createReader(tokens: readonly string[]): Reader {
  let at = 0;
  return { peek: () => tokens[at], take: () => tokens[(at += 1) - 1] };
}

/** Reads a sum of products of numbers and brackets. Returns undefined if it is malformed. */
function readSum(reader: Reader): number | undefined {
  let value = readProduct(reader);
  while (value !== undefined && /^[-+]$/u.test(reader.peek() ?? '')) {
    const sign = reader.take() === '+' ? 1 : -1;
    const next = readProduct(reader);
    value = next === undefined ? undefined : value + sign * next;
  }
  return value;
}

function readProduct(reader: Reader): number | undefined {
  let value = readFactor(reader);
  while (value !== undefined && /^[*/×÷]$/u.test(reader.peek() ?? '')) {
    const isTimes = /^[*×]$/u.test(reader.take() ?? '');
    const next = readFactor(reader);
    if (next === undefined) return undefined;
    value = isTimes ? value * next : value / next;
  }
  return value;
}

function readFactor(reader: Reader): number | undefined {
  const token = reader.take();
  if (token === '-') {
    const value = readFactor(reader);
    return value === undefined ? undefined : -value;
  }
  if (token !== '(') return token === undefined || !/^\d/u.test(token) ? undefined : Number(token);
  const value = readSum(reader);
  return reader.take() === ')' ? value : undefined;
}
