import { itemsOf, membersOf, type JsonSchema } from '#local/bedrock/model/json-schema.ts';
import {
  freeText,
  nameExpression,
  readGivenValues,
  type GivenValues,
} from '#local/bedrock/simulated/tool-use/given-values.ts';
import type { Tool } from '#local/bedrock/turn/turn.ts';
import { isExactNumber, toNumber } from '#local/wire/json/exact-json.ts';
import { isExpression, isRecord } from '#local/wire/shape.ts';

/** What a question gives for the input of a tool. */
export interface Given {
  readonly text: string;
  readonly values: GivenValues;
  /** Whether only one property is a string, so that the object of an order must be its value. */
  readonly hasOneString: boolean;
}

/** Reads what a question gives for the input of one of the tools. */
export function readGiven(tool: Tool, text: string, tools: readonly Tool[]): Given {
  const properties = propertiesOf(tool.inputSchema);
  const lists = properties.filter(([, schema]) => typeOf(schema) === 'array');
  const names = {
    tools: tools.map(({ name }) => name),
    properties: properties.map(([name]) => name),
    lists: new Set(lists.map(([name]) => name)),
  };
  const strings = properties.filter(([, schema]) => typeOf(schema) === 'string');
  return { text, values: readGivenValues(text, names), hasOneString: strings.length === 1 };
}

/** Returns the properties of a schema and of the schemas in it. */
function propertiesOf(schema: JsonSchema, depth = 0): readonly (readonly [string, JsonSchema])[] {
  if (depth > 6) return [];
  const own = Object.entries(membersOf(schema['properties']));
  const definitions = { ...membersOf(schema['definitions']), ...membersOf(schema['$defs']) };
  const inner = [...own.map(([, part]) => part), ...Object.values(definitions), schema['items']];
  return [
    ...own.map(([name, part]) => [name, membersOf(part)] as const),
    ...inner.filter(isRecord).flatMap((part) => propertiesOf(part, depth + 1)),
  ].slice(0, 200);
}

function typeOf(schema: JsonSchema): unknown {
  const [type] = [schema['type']].flat();
  return type ?? (Object.hasOwn(schema, 'enum') ? 'enum' : undefined);
}

/**
 * Returns the value that a question gives for a property; undefined if it gives none. A property
 * that is not required takes no number or text that could be meant for another one.
 */
export function givenValue(
  schema: JsonSchema,
  name: string,
  { given, isRequired }: { readonly given: Given; readonly isRequired: boolean },
): unknown {
  const { values } = given;
  const member = values.member(name);
  if (member !== undefined && isOfType(member, schema)) return member;
  const alternatives = [...itemsOf(schema['anyOf']), ...itemsOf(schema['oneOf'])].filter(isRecord);
  for (const alternative of alternatives) {
    const value = givenValue(alternative, name, { given, isRequired });
    if (value !== undefined) return value;
  }
  const choices = itemsOf(schema['enum']);
  if (choices.length > 0) return givenChoice(choices, name, given);
  const [type] = [schema['type']].flat();
  switch (type) {
    case 'string':
      return givenString(schema, name, given);
    case 'integer':
    case 'number': {
      const value = values.takeNumber(name, isRequired, type === 'integer');
      return value !== undefined && isWithin(value, schema) ? value : undefined;
    }
    case 'boolean':
      return values.flag(name);
    case 'array':
      return givenList(schema, name, given);
    default:
      return undefined;
  }
}

function givenString(schema: JsonSchema, name: string, given: Given): string | undefined {
  const { values, hasOneString } = given;
  const isAllowed = (text: string): boolean => fits(schema, text);
  const object = (): string | undefined => {
    if (!freeText.test(name) && !hasOneString) return undefined;
    const text = values.object();
    return text !== undefined && isAllowed(text) ? text : undefined;
  };
  return values.takeNamedText(name, isAllowed) ?? object() ?? values.takeQuote(name, isAllowed);
}

function givenList(schema: JsonSchema, name: string, given: Given): unknown {
  const items = membersOf(schema['items']);
  const max = Math.min(100, toNumber(schema['maxItems']) ?? 100);
  const list: unknown[] = [];
  const next = (): unknown => {
    if (Object.hasOwn(items, 'enum')) return undefined;
    if (items['type'] === 'string') {
      return given.values.takeQuote(name, (text) => fits(items, text));
    }
    const isNumber = items['type'] === 'integer' || items['type'] === 'number';
    return isNumber ? given.values.takeNumber(name, true, items['type'] === 'integer') : undefined;
  };
  for (let value = next(); value !== undefined; value = list.length < max ? next() : undefined) {
    list.push(value);
  }
  const isEnough = list.length > 0 && list.length >= (toNumber(schema['minItems']) ?? 1);
  return isEnough ? list : undefined;
}

/** Returns the choice beside the name of its property, or else the first that the question names. */
function givenChoice(choices: readonly unknown[], name: string, { text, values }: Given): unknown {
  const named = choices
    .map((choice) => ({ choice, at: placeOf(choice, text) }))
    .filter(({ at }) => at !== -1);
  const isNamed = (choice: unknown): boolean =>
    values.takeNamedText(name, (value) => placeOf(choice, value) !== -1) !== undefined;
  const beside = named.find(({ choice }) => isNamed(choice));
  // The longest of the choices in one place: "not found" is not "found".
  const [first] = named.toSorted(
    (a, b) => a.at - b.at || String(b.choice).length - String(a.choice).length,
  );
  return (beside ?? first)?.choice;
}

function placeOf(choice: unknown, text: string): number {
  const word = typeof choice === 'string' ? choice : JSON.stringify(choice);
  if (!/[\p{L}\p{N}]/u.test(word)) return -1;
  return text.search(new RegExp(nameExpression(word), 'iu'));
}

/** Returns whether a text is valid against a schema of strings. */
function fits(schema: JsonSchema, text: string): boolean {
  const { length } = Array.from(text);
  const { pattern, format } = schema;
  const isLong = length >= (toNumber(schema['minLength']) ?? 0);
  const isShort = length <= (toNumber(schema['maxLength']) ?? Infinity);
  const form = typeof format === 'string' ? formats.get(format) : undefined;
  const isPattern =
    typeof pattern !== 'string' ||
    !isExpression(pattern) ||
    (length <= 200 && new RegExp(pattern, 'u').test(text));
  return isLong && isShort && (form?.test(text) ?? true) && isPattern;
}

const formats: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    date: /^\d{4}-\d{2}-\d{2}$/u,
    'date-time': /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[-+]\d{2}:\d{2})$/u,
    time: /^\d{2}:\d{2}:\d{2}/u,
    duration: /^P[\dTYMWDHS.]+$/u,
    email: /^[^\s@]+@[^\s@]+$/u,
    hostname: /^[\w-]+(?:\.[\w-]+)*$/u,
    uri: /^[a-z][\w+.-]*:\S+$/iu,
    ipv4: /^\d{1,3}(?:\.\d{1,3}){3}$/u,
    ipv6: /^[\da-f:.]+:[\da-f:.]*$/iu,
    uuid: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu,
  }),
);

function isWithin(value: unknown, schema: JsonSchema): boolean {
  const number = toNumber(value) ?? Number.NaN;
  const step = toNumber(schema['multipleOf']) ?? 0;
  return (
    number >= (toNumber(schema['minimum']) ?? -Infinity) &&
    number <= (toNumber(schema['maximum']) ?? Infinity) &&
    number > (toNumber(schema['exclusiveMinimum']) ?? -Infinity) &&
    number < (toNumber(schema['exclusiveMaximum']) ?? Infinity) &&
    (step <= 0 || Number.isInteger(number / step))
  );
}

function isOfType(value: unknown, schema: JsonSchema): boolean {
  const choices = itemsOf(schema['enum']);
  if (choices.length > 0) return choices.includes(value);
  switch ([schema['type']].flat()[0]) {
    case 'string':
      return typeof value === 'string' && fits(schema, value);
    case 'integer':
    case 'number':
      return isExactNumber(value) && isWithin(value, schema);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return false;
  }
}
