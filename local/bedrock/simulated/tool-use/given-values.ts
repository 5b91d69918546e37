import { exactNumber, parseExactJson, type RawNumber } from '#local/wire/json/exact-json.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The values that a question gives for the input of a tool. A value is taken once. */
export interface GivenValues {
  /** Takes the text beside the name of a property. */
  takeNamedText(property: string, isAllowed: (text: string) => boolean): string | undefined;
  /** Takes the next quotation that does not stand beside the name of another property. */
  takeQuote(property: string, isAllowed: (text: string) => boolean): string | undefined;
  /** Takes the number beside the name of a property, or with `isAny` the next one. */
  takeNumber(property: string, isAny: boolean, isInteger: boolean): number | RawNumber | undefined;
  /** Returns what the question says of a property that is true or false. */
  flag(property: string): boolean | undefined;
  /** Returns what is to be run or searched for: "run: echo hi", "search for rivers". */
  object(): string | undefined;
  /** Returns a member of the JSON object in the question. */
  member(property: string): unknown;
}

/** What a question can name. */
export interface Names {
  readonly tools: readonly string[];
  readonly properties: readonly string[];
  /** The properties that take several values. */
  readonly lists: ReadonlySet<string>;
}

/** Values stand in the first part of a question. */
const maxCharacters = 20_000;

interface Value<T> {
  readonly value: T;
  readonly start: number;
  readonly end: number;
  /** The property whose name stands beside it. */
  property?: string | undefined;
  isTaken: boolean;
}

/** Reads the values in a question. The name of a tool in quotation marks is not one. */
export function readGivenValues(question: string, names: Names): GivenValues {
  const text = question.slice(0, maxCharacters);
  const tools = new Set(names.tools.map(plainName));
  const quotes = quotesIn(text).filter(({ value }) => !tools.has(plainName(value)));
  const isQuoted = (at: number): boolean => quotes.some(({ start, end }) => at > start && at < end);
  const numbers = numbersIn(text).filter(({ start }) => !isQuoted(start));
  assignProperties(text, quotes, names, false);
  assignProperties(text, numbers, names, true);
  const members = objectIn(text);
  const isNamed = quotes.some(({ property }) => property !== undefined);
  return {
    takeNamedText(property, isAllowed) {
      const quote = take(quotes, (one) => one.property === property && isAllowed(one.value));
      if (quote !== undefined) return quote;
      const value = unquotedValue(text, property, isQuoted);
      return value !== undefined && isAllowed(value) ? value : undefined;
    },
    takeQuote: (property, isAllowed) =>
      take(quotes, (one) => isFor(one, property) && isAllowed(one.value)),
    takeNumber(property, isAny, isInteger) {
      const isFitting = ({ value }: Value<number | RawNumber>): boolean =>
        !isInteger || isWhole(value);
      return (
        take(numbers, (one) => one.property === property && isFitting(one)) ??
        (isAny ? take(numbers, (one) => isFor(one, property) && isFitting(one)) : undefined)
      );
    },
    flag: (property) => flagIn(text, property),
    object: () => (isNamed ? undefined : objectOf(text, quotes.length > 0)),
    member: (property) => (Object.hasOwn(members, property) ? members[property] : undefined),
  };
}

function isFor({ property }: Value<unknown>, name: string): boolean {
  return property === undefined || property === name;
}

function take<T>(values: readonly Value<T>[], isWanted: (one: Value<T>) => boolean): T | undefined {
  const found = values.find((one) => !one.isTaken && isWanted(one));
  if (found !== undefined) found.isTaken = true;
  return found?.value;
}

/** A list goes on after its first value: "tags 'a', 'b' and 'c'". */
function assignProperties(
  text: string,
  values: readonly Value<unknown>[],
  names: Names,
  isNumber: boolean,
): void {
  const isBeside = names.properties.map(
    (name) => [name, besideName(text, name, isNumber)] as const,
  );
  let last: Value<unknown> | undefined;
  for (const one of values) {
    const [name] = isBeside.find(([, test]) => test(one)) ?? [];
    const between = last === undefined ? '' : text.slice(last.end, one.start);
    const isNext = /^\s*(?:[,、・と]|and|or|&|や)*\s*$/iu.test(between.replaceAll(/\s+/gu, ' '));
    const inherited = names.lists.has(last?.property ?? '') && isNext ? last?.property : undefined;
    one.property = name ?? inherited;
    last = one;
  }
}

/** Returns the members of the first JSON object in a text. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (start === -1 || end < start) return {};
  try {
    const json = parseExactJson(text.slice(start, end + 1));
    return isRecord(json) ? json : {};
  } catch {
    return {};
  }
}

function isWhole(value: number | RawNumber): boolean {
  return typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/u.test(value.rawJSON);
}

/** Single quotation marks are apostrophes within words. */
const quotation =
  /```(?:\w{1,20}\n)?([^]+?)```|`([^`\n]+)`|"((?:[^"\\\n]|\\.)+)"|“([^“”]+)”|‘([^‘’]+)’|「([^「」]+)」|『([^『』]+)』|(?<![A-Za-z0-9])'((?:[^'\n]|(?<=[A-Za-z])'(?=[A-Za-z]))+)'(?![A-Za-z0-9])/gu;

function quotesIn(text: string): readonly Value<string>[] {
  return [...text.matchAll(quotation)].map(([whole, ...parts], index, all) => {
    const start = all[index]?.index ?? 0;
    const value = parts.slice(0, 8).find((part) => typeof part === 'string') ?? '';
    return { value: value.trim(), start, end: start + whole.length, isTaken: false };
  });
}

function numbersIn(text: string): readonly Value<number | RawNumber>[] {
  const ascii = text.replaceAll(/[０-９]/gu, (digit) => digit.normalize('NFKC'));
  const number =
    /(?<![\w.-])-?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?![\w-]*[A-Za-z_]\w*\d|\d|-\d)/gu;
  return [...ascii.matchAll(number)].map((match) => {
    const source = match[0].replaceAll(',', '').replace(/^(-?)0+(?=\d)/u, '$1');
    const end = match.index + match[0].length;
    return { value: exactNumber(source), start: match.index, end, isTaken: false };
  });
}

/** Stands between the name of a property and its value. */
const link =
  '[\\s*`"\']*(?:(?:is|are|of|to|as|be|equals?|named|called|set|number|no\\.|id|#|=|:|：|は|を|が|に|も|と|の|番号)[\\s*]*){0,3}';

/** Returns whether a value stands right after the name of a property, or before it as in "3 days". */
function besideName(
  text: string,
  property: string,
  isNumber: boolean,
): (value: Value<unknown>) => boolean {
  const name = nameExpression(property);
  const before = new RegExp(`${name}${link}$`, 'iu');
  const after = new RegExp(
    `^\\s*(?:(?:as|for)\\s+(?:the\\s+)?|という)${isNumber ? '?' : ''}${name}`,
    'iu',
  );
  return ({ start, end }) =>
    before.test(text.slice(Math.max(0, start - 80), start)) ||
    after.test(text.slice(end, end + 80));
}

/** "city: Kyoto", "city=Kyoto" and "city Kyoto". The text after a colon can be several words. */
function unquotedValue(
  text: string,
  property: string,
  isQuoted: (at: number) => boolean,
): string | undefined {
  const name = nameExpression(property);
  const assigned = new RegExp(`${name}\\s*(?:=|[:：](?!//))\\s*([^\\n]{1,2000})`, 'iu').exec(text);
  const follows = new RegExp(
    `${name}\\s+(?:is\\s+|to\\s+|#)?(\\p{Lu}[\\p{L}\\p{N}_-]*|[\\w-]*\\d[\\w-]*)`,
    'u',
  ).exec(text);
  const match = assigned ?? follows;
  const [, value = ''] = match ?? [];
  const at = (match?.index ?? 0) + (match?.[0].length ?? 0) - value.length;
  if (value === '' || isQuoted(at + 1) || /^["'`“‘「『]/u.test(value)) return undefined;
  const end = freeText.test(property)
    ? /[,;、]\s*(?:and\s+)?[\w-]{1,40}\s*[=:：]/u
    : /[,;、。]|\s+and\s|\.(?:\s|$)|\s+[\w-]{1,40}\s*[=:：]/u;
  return value.slice(0, end.exec(value)?.index ?? value.length).trim();
}

/** Properties whose value may be of many words. */
export const freeText =
  /command|cmd|script|code|sql|query|prompt|text|content|message|body|note|memo|description|input|question|subject|title/iu;

function flagIn(text: string, property: string): boolean | undefined {
  const name = nameExpression(property);
  const match = new RegExp(`([^.!?。\\n]{0,30})${name}([^.!?。,、\\n]{0,20})`, 'iu').exec(text);
  if (match === null) return undefined;
  const [, before = '', after = ''] = match;
  const isOff =
    /\b(?:no|not|never|without|disable|don't)\s*(?:the\s+|use\s+|be\s+)?$/iu.test(before) ||
    /^[\s=:：は]*(?:is\s+|to\s+)?(?:false|off|no\b|not\b|0\b|disabled)|^[^、]*(?:なし|しない|せず|無効)/iu.test(
      after,
    );
  return !isOff;
}

/** What follows a colon is meant as a whole, quotation marks and all. */
function objectOf(text: string, hasQuotes: boolean): string | undefined {
  const [, rest = ''] = /^[^:：\n"'`「『]{1,80}(?<!\d)[:：](?!\/\/)\s*(\S[^]*)$/u.exec(text) ?? [];
  const trimmed = rest.trim();
  const [whole = '', ...parts] = new RegExp(`^(?:${quotation.source})$`, 'u').exec(trimmed) ?? [];
  if (whole !== '') return parts.find((part) => part !== undefined)?.trim();
  if (trimmed !== '') return trimmed;
  if (hasQuotes || text.length > 300) return undefined;
  const [, english, japanese] = ordered.exec(text) ?? [];
  return english ?? japanese;
}

const ordered =
  /\b(?:(?:search|look|google|find)(?:\s+(?!for\b|up\b)[\w-]+){0,3}\s+(?:for|up)|run|execute)\s+(?:the command\s+)?(?!the\b|this\b|a\b|it\b|my\b)(\S.*?)[.?!]*$|^(?:.*[、。]\s*)?([^、。]+?)(?:を|について)(?:検索|調べ|実行)/iu;

/** Returns an expression for a name in any notation: `dueDate`, `due_date`, "due date", plural. */
export function nameExpression(name: string): string {
  const words = wordsOfName(name).map((word) =>
    word.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`),
  );
  return `(?<![A-Za-z0-9_])${words.join('[\\s_-]{0,3}')}s?(?![A-Za-z0-9_])`;
}

/** Returns the words of a name in any notation, in lower case. */
export function wordsOfName(name: string): readonly string[] {
  return name
    .split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

function plainName(name: string): string {
  return wordsOfName(name).join(' ');
}
