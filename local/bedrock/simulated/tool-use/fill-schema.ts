import { itemsOf, membersOf, type JsonSchema } from '#local/bedrock/model/json-schema.ts';
import { seededRandom } from '#local/bedrock/turn/seeded.ts';
import { keyPhrases } from '#local/bedrock/simulated/language/keywords.ts';
import { findNames } from '#local/bedrock/simulated/language/names.ts';
import { sentimentOf } from '#local/bedrock/simulated/language/sentiment.ts';
import {
  formats,
  textFor,
  topicOrText,
  type TextFacts,
} from '#local/bedrock/simulated/tool-use/fill-text.ts';
import { givenValue, type Given } from '#local/bedrock/simulated/tool-use/fill-given.ts';
import { toNumber } from '#local/wire/json/exact-json.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns a value that is valid against a schema, filled from a text: its names, numbers and dates
 * go to the properties whose names suggest them. What the text gives explicitly comes first.
 * Deterministic.
 */
export function fillSchema(schema: JsonSchema, text: string, given?: Given): unknown {
  const facts: Facts = {
    text,
    given,
    names: [...findNames(text)],
    numbers: (text.match(/(?<![\w-])-?\d+(?:\.\d+)?/gu) ?? []).map(Number),
    definitions: { ...membersOf(schema['definitions']), ...membersOf(schema['$defs']) },
    random: seededRandom(text),
    depth: 0,
    budget: { left: maxValues },
  };
  return fill(schema, 'value', facts);
}

interface Facts extends TextFacts {
  readonly given?: Given | undefined;
  /** The text's numbers, next first. A used one goes to the end of its list. */
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
  const value = givenFor(schema, name, facts, true);
  if (value !== undefined) return value;
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

function givenFor(schema: unknown, name: string, { given }: Facts, isRequired: boolean): unknown {
  return given !== undefined && isRecord(schema)
    ? givenValue(schema, name, { given, isRequired })
    : undefined;
}

function fillObject(schema: JsonSchema, facts: Facts): unknown {
  const required = new Set(itemsOf(schema['required']));
  const entries = Object.entries(membersOf(schema['properties']));
  if (entries.length === 0 && schema['additionalProperties'] === true) {
    return { answer: textFor('summary', facts) };
  }
  // A schema that requires nothing gets all of its properties.
  const isRequired = (name: string): boolean => required.size === 0 || required.has(name);
  const values = new Map<string, unknown>();
  for (const [name, part] of entries.filter(([key]) => isRequired(key))) {
    values.set(name, fill(part, name, facts));
  }
  for (const [name, part] of entries.filter(([key]) => !isRequired(key))) {
    const value = givenFor(part, name, facts, false);
    if (value !== undefined) values.set(name, value);
  }
  const names = entries.map(([name]) => name).filter((name) => values.has(name));
  return Object.fromEntries(names.map((name) => [name, values.get(name)]));
}

function fillArray(schema: JsonSchema, name: string, facts: Facts): unknown {
  const items = schema['items'];
  const isTextList = isRecord(items) && items['type'] === 'string' && items['enum'] === undefined;
  if (isTextList && /keyword|tag|topic|term|キーワード/iu.test(name)) {
    const keywords = keyPhrases(facts.text, Math.min(8, toNumber(schema['maxItems']) ?? 8));
    if (keywords.length >= (toNumber(schema['minItems']) ?? 0)) return keywords;
  }
  const length = Math.min(maxItems, Math.max(1, toNumber(schema['minItems']) ?? 1));
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
  const step = toNumber(schema['multipleOf']) ?? 0;
  return step > 0 ? Math.ceil(within / step) * step : within;
}

/** An exclusive limit is moved by one, so that it can be used as an inclusive one. */
function limitOf(
  schema: JsonSchema,
  [inclusive, exclusive]: readonly [string, string],
  step: number,
): number | undefined {
  const limit = toNumber(schema[exclusive]);
  return limit === undefined ? toNumber(schema[inclusive]) : limit + step;
}

function fillString(schema: JsonSchema, name: string, facts: Facts): string {
  const format = formats.get(typeof schema['format'] === 'string' ? schema['format'] : '');
  if (format !== undefined) return format(facts.text);
  const text = textFor(name, facts);
  const min = Math.min(maxCharacters, toNumber(schema['minLength']) ?? 0);
  const max = toNumber(schema['maxLength']) ?? Infinity;
  return text.padEnd(min, '.').slice(0, max);
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
