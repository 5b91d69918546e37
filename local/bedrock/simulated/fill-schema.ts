import { itemsOf, membersOf, type JsonSchema } from '#local/bedrock/model/json-schema.ts';
import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { keyPhrases } from '#local/bedrock/simulated/language/keywords.ts';
import { findNames } from '#local/bedrock/simulated/language/names.ts';
import { sentimentOf } from '#local/bedrock/simulated/language/sentiment.ts';
import { keySentences } from '#local/bedrock/simulated/language/summary.ts';
import { findTopic } from '#local/bedrock/simulated/language/topic.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns a value that is valid against a schema, filled from a text: its names, numbers and dates
 * go to the properties whose names suggest them. Deterministic.
 */
export function fillSchema(schema: JsonSchema, text: string): unknown {
  const facts: Facts = {
    text,
    names: [...findNames(text)],
    numbers: (text.match(/(?<![\w-])-?\d+(?:\.\d+)?/gu) ?? []).map(Number),
    definitions: { ...membersOf(schema['definitions']), ...membersOf(schema['$defs']) },
    random: seededRandom(text),
    depth: 0,
    budget: { left: maxValues },
  };
  return fill(schema, 'value', facts);
}

interface Facts {
  readonly text: string;
  /** The text's names and numbers, next first. A used one goes to the end of its list. */
  readonly names: string[];
  readonly numbers: number[];
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly random: () => number;
  /** The number of references followed so far: a schema may refer to itself. */
  readonly depth: number;
  /** The number of values that may still be added to the whole. */
  readonly budget: { left: number };
}

const maxDepth = 6;
const maxValues = 2_000;
/** A schema cannot force the answer to be longer than this. */
const maxItems = 100;
const maxCharacters = 10_000;

function fill(schema: unknown, name: string, facts: Facts): unknown {
  facts.budget.left -= 1;
  if (facts.budget.left < 0) return null;
  if (!isRecord(schema)) return topicOrText(facts.text);
  if (typeof schema['$ref'] === 'string') {
    if (facts.depth >= maxDepth) return null;
    const [definition] = schema['$ref'].split('/').slice(-1);
    const entry = Object.entries(facts.definitions).find(([key]) => key === definition);
    return fill(entry?.[1], name, {
      ...facts,
      depth: facts.depth + 1,
    });
  }
  if (Object.hasOwn(schema, 'const')) return schema['const'];
  const choices = itemsOf(schema['enum']);
  if (choices.length > 0) return pickChoice(choices, name, facts);
  const parts = itemsOf(schema['allOf']);
  if (parts.length > 0) return fill(merged(schema, parts), name, facts);
  const [alternative] = [...itemsOf(schema['anyOf']), ...itemsOf(schema['oneOf'])];
  if (alternative !== undefined) return fill(alternative, name, facts);
  return fillType(schema, name, facts);
}

function fillType(schema: JsonSchema, name: string, facts: Facts): unknown {
  const [type] = [
    schema['type'] ?? (schema['properties'] === undefined ? 'string' : 'object'),
  ].flat();
  if (type === 'object') return fillObject(schema, facts);
  if (type === 'array') return fillArray(schema, name, facts);
  if (type === 'integer') return Math.trunc(fillNumber(schema, name, facts));
  if (type === 'number') return fillNumber(schema, name, facts);
  if (type === 'boolean') return !negation.test(facts.text);
  return type === 'null' ? null : fillString(schema, name, facts);
}

const negation = /\b(?:no|not|never|without|false)\b|ない|なし/iu;

function fillObject(schema: JsonSchema, facts: Facts): unknown {
  const required = new Set(itemsOf(schema['required']));
  const entries = Object.entries(membersOf(schema['properties']));
  if (entries.length === 0 && schema['additionalProperties'] === true) {
    return { answer: textFor('summary', facts) };
  }
  // A schema that requires nothing gets all of its properties.
  const filled = entries.filter(([name]) => required.size === 0 || required.has(name));
  return Object.fromEntries(filled.map(([name, part]) => [name, fill(part, name, facts)]));
}

function fillArray(schema: JsonSchema, name: string, facts: Facts): unknown {
  const items = schema['items'];
  const isTextList = isRecord(items) && items['type'] === 'string' && items['enum'] === undefined;
  if (isTextList && /keyword|tag|topic|term|キーワード/iu.test(name)) {
    const keywords = keyPhrases(facts.text, Math.min(8, Number(schema['maxItems'] ?? 8)));
    if (keywords.length >= Number(schema['minItems'] ?? 0)) return keywords;
  }
  const length = Math.min(maxItems, Math.max(1, Number(schema['minItems'] ?? 1)));
  return Array.from({ length }, () => fill(items, name, facts));
}

function fillNumber(schema: JsonSchema, name: string, facts: Facts): number {
  const min = limitOf(schema, ['minimum', 'exclusiveMinimum'], 1);
  const max = limitOf(schema, ['maximum', 'exclusiveMaximum'], -1);
  const isShare = /score|confidence|probability|ratio/iu.test(name);
  if (/total|amount|price|cost|sum/iu.test(name)) {
    const [money] = /\d[\d,]{0,12}\.\d{2}\b/u.exec(facts.text) ?? [];
    if (money !== undefined) return Number(money.replaceAll(',', ''));
  }
  const next = facts.numbers.shift();
  if (next !== undefined) facts.numbers.push(next);
  const value = isShare ? Math.abs(sentimentOf(facts.text).score) : (next ?? min ?? 1);
  const within = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, value));
  const step = Number(schema['multipleOf'] ?? 0);
  return step > 0 ? Math.ceil(within / step) * step : within;
}

/** An exclusive limit is moved by one, so that it can be used as an inclusive one. */
function limitOf(
  schema: JsonSchema,
  [inclusive, exclusive]: readonly [string, string],
  step: number,
): number | undefined {
  if (typeof schema[exclusive] === 'number') return schema[exclusive] + step;
  return typeof schema[inclusive] === 'number' ? schema[inclusive] : undefined;
}

function fillString(schema: JsonSchema, name: string, facts: Facts): string {
  const format = formats.get(typeof schema['format'] === 'string' ? schema['format'] : '');
  if (format !== undefined) return format(facts.text);
  const text = textFor(name, facts);
  const min = Math.min(maxCharacters, Number(schema['minLength'] ?? 0));
  const max = Number(schema['maxLength'] ?? Infinity);
  return text.padEnd(min, '.').slice(0, max);
}

function textFor(name: string, facts: Facts): string {
  if (/sentiment|感情/iu.test(name)) return sentimentOf(facts.text).label;
  if (/summar|abstract|要約/iu.test(name)) return keySentences(facts.text, 2).join(' ');
  if (/time_?zone|^tz$/iu.test(name)) return timeZoneIn(facts.text);
  if (/note|memo|content/iu.test(name)) {
    const [, content] = /[:：]\s*(\S[^]*)$/u.exec(facts.text) ?? [];
    if (content !== undefined) return content.trim();
  }
  if (/date|day|due/iu.test(name)) return dateIn(facts.text);
  if (/mail|^to$|recipient/iu.test(name)) return emailIn(facts.text);
  if (/number|_no$|code|^id$|_id$|Id$/u.test(name)) {
    const [code] = /\b[A-Z]{2,10}-?\d+\b|\b\d{3,}\b/u.exec(facts.text) ?? [];
    if (code !== undefined) return code;
  }
  if (/zip|postal/iu.test(name))
    return /\b\d{5}\b|\b\d{3}-\d{4}\b/u.exec(facts.text)?.[0] ?? '00000';
  if (/query|question|prompt|text|message|input/iu.test(name)) return facts.text.trim();
  if (/city|location|place|country|name|person|customer|title|company/iu.test(name)) {
    const next = facts.names.shift();
    if (next !== undefined) {
      facts.names.push(next);
      return next;
    }
    const [, place] =
      /\b(?:in|at|for|near)\s+((?!the\b|a\b)[a-z][\w'-]{1,30}(?: [a-z][\w'-]{1,30})?)\W*$/iu.exec(
        facts.text,
      ) ?? [];
    if (place !== undefined) return place;
  }
  return topicOrText(facts.text);
}

function topicOrText(text: string): string {
  return findTopic(text) ?? text.replaceAll(/\s+/gu, ' ').trim().slice(0, 40);
}

/** Returns the time zone whose name or city the text contains, or else UTC. */
function timeZoneIn(text: string): string {
  if (/東京|日本/u.test(text)) return 'Asia/Tokyo';
  const lower = text.toLowerCase();
  const timeZone = Intl.supportedValuesOf('timeZone').find((zone) => {
    const city = zone.split('/').at(-1) ?? zone;
    return (
      lower.includes(zone.toLowerCase()) || lower.includes(city.replaceAll('_', ' ').toLowerCase())
    );
  });
  return timeZone ?? 'UTC';
}

const formats: ReadonlyMap<string, (text: string) => string> = new Map(
  Object.entries({
    date: dateIn,
    'date-time': (text) => `${dateIn(text)}T09:00:00Z`,
    time: () => '09:00:00Z',
    duration: () => 'PT1H',
    email: (text) =>
      /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/u.exec(text)?.[0] ??
      'someone@example.com',
    hostname: () => 'example.com',
    uri: (text) => /https?:\/\/[^\s"'<>()]+/u.exec(text)?.[0] ?? 'https://example.com/',
    ipv4: () => '192.0.2.1',
    ipv6: () => '2001:db8::1',
    uuid: () => '00000000-0000-4000-8000-000000000000',
  }),
);

function emailIn(text: string): string {
  const form = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/u;
  return form.exec(text)?.[0] ?? 'someone@example.com';
}

function dateIn(text: string): string {
  const [, month, day, year] =
    /\b(January|February|March|April|May|June|July|August|September|October|November|December) (\d{1,2}),? (\d{4})\b/u.exec(
      text,
    ) ?? [];
  if (month !== undefined) {
    const number = new Date(`${month} 1, 2000 UTC`).getUTCMonth() + 1;
    return `${year}-${String(number).padStart(2, '0')}-${day?.padStart(2, '0')}`;
  }
  return /\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)/u.exec(text)?.[0] ?? '2026-01-15';
}

/** Returns the choice that the text names, or that fits its tone, or else a fixed one. */
function pickChoice(choices: readonly unknown[], name: string, { text, random }: Facts): unknown {
  const lower = text.toLowerCase();
  const named = choices.find(
    (choice) => typeof choice === 'string' && choice !== '' && lower.includes(choice.toLowerCase()),
  );
  if (named !== undefined && !/sentiment|tone|感情/iu.test(name)) return named;
  const { label } = sentimentOf(text);
  const fitting = choices.find((choice) => String(choice).toLowerCase().startsWith(label));
  return fitting ?? named ?? choices[random() % choices.length];
}

/** Merges schemas that must all hold. Only the members of objects are merged. */
function merged(schema: JsonSchema, parts: readonly unknown[]): JsonSchema {
  const all = [schema, ...parts.map(membersOf)];
  const groups = all.map((part) => Object.entries(membersOf(part['properties'])));
  return {
    ...Object.fromEntries(all.flatMap(Object.entries<unknown>)),
    allOf: undefined,
    properties: Object.fromEntries(groups.flat()),
    required: all.flatMap((part) => itemsOf(part['required'])),
  };
}
