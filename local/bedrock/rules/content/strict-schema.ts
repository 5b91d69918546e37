import { itemsOf, membersOf, type JsonSchema } from '#local/bedrock/model/json-schema.ts';
import { isRecord } from '#local/wire/shape.ts';

/** What Anthropic's compiler of schemas takes, and what it says of the rest. */

/** Returns what is wrong with the first part that is not supported, at any depth. */
export function unsupportedPart(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  const keyword = unsupportedKeywords.find((candidate) => schema[candidate] !== undefined);
  if (keyword !== undefined) return `Schema type '${keyword}' is not supported`;
  for (const type of typesOf(schema)) {
    const problem = unsupportedProperties(schema, type);
    if (problem !== undefined) return problem;
  }
  for (const { part } of partsOf(schema)) {
    const problem = unsupportedPart(part);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const unsupportedKeywords = ['oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'];

const unsupportedByType: ReadonlyMap<string, readonly string[]> = new Map([
  ['array', ['maxItems', 'uniqueItems', 'contains', 'minContains', 'maxContains', 'prefixItems']],
  ['string', ['minLength', 'maxLength']],
  ['object', ['minProperties', 'maxProperties', 'patternProperties', 'propertyNames']],
  ...['integer', 'number'].map((type): [string, readonly string[]] => [
    type,
    ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ]),
]);

function unsupportedProperties(schema: JsonSchema, type: string): string | undefined {
  const found = (unsupportedByType.get(type) ?? []).filter((name) => schema[name] !== undefined);
  if (found.length === 1) return `For '${type}' type, property '${found[0]}' is not supported`;
  if (found.length > 1) {
    return `For '${type}' type, properties ${found.toSorted().join(', ')} are not supported`;
  }
  if (type === 'object') return openObject(schema);
  if (type === 'array' && Number(schema['minItems'] ?? 0) > 1) {
    return "For 'array' type, 'minItems' values other than 0 or 1 are not supported";
  }
  return type === 'string' ? unsupportedText(schema) : undefined;
}

function openObject({ additionalProperties }: JsonSchema): string | undefined {
  if (additionalProperties === false) return undefined;
  return isRecord(additionalProperties)
    ? "For 'object' type, 'additionalProperties: object' is not supported. Please set " +
        "'additionalProperties' to false"
    : "For 'object' type, 'additionalProperties' must be explicitly set to false";
}

/** The documentation names these limits. The words for them are not known. */
function unsupportedText({ format, pattern }: JsonSchema): string | undefined {
  if (typeof format === 'string' && !formats.has(format)) {
    return `For 'string' type, 'format: ${format}' is not supported`;
  }
  if (typeof pattern !== 'string' || !/\(\?[=!<]|\\[bB1-9]/u.test(pattern)) return undefined;
  return `For 'string' type, 'pattern: ${pattern}' is not supported`;
}

const formats: ReadonlySet<string> = new Set(
  'date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '),
);

function typesOf({ type, properties }: JsonSchema): readonly unknown[] & readonly string[] {
  const types = Array.isArray(type) ? type : [type];
  const named = types.filter((each): each is string => typeof each === 'string');
  return named.length === 0 && properties !== undefined ? ['object'] : named;
}

interface SchemaPart {
  readonly part: unknown;
  /** Whether the part is a property that can be absent. */
  readonly isOptional: boolean;
  readonly isProperty: boolean;
}

/** Returns the schemas directly inside a schema. */
function partsOf(schema: JsonSchema): readonly SchemaPart[] {
  const required = itemsOf(schema['required']);
  const properties = Object.entries(membersOf(schema['properties'])).map(([name, part]) => {
    return { part, isProperty: true, isOptional: !required.includes(name) };
  });
  const others = [
    ...['$defs', 'definitions'].flatMap((group) => Object.values(membersOf(schema[group]))),
    ...['anyOf', 'allOf'].flatMap((group) => itemsOf(schema[group])),
    schema['items'],
  ];
  return [...properties, ...others.map((part) => ({ part, isProperty: false, isOptional: false }))];
}

export interface Complexity {
  /** The parameters that can be absent. */
  readonly optional: number;
  /** The parameters with several types. */
  readonly unions: number;
}

/** Returns how many parameters of a schema, at any depth, cost the compiler most. */
export function complexityOf(schema: unknown): Complexity {
  if (!isRecord(schema)) return { optional: 0, unions: 0 };
  let [optional, unions] = [0, 0];
  for (const { part, isOptional, isProperty } of partsOf(schema)) {
    const inside = complexityOf(part);
    optional += inside.optional + (isOptional ? 1 : 0);
    unions += inside.unions + (isProperty && isUnion(part) ? 1 : 0);
  }
  return { optional, unions };
}

function isUnion(part: unknown): boolean {
  return isRecord(part) && (Array.isArray(part['type']) || part['anyOf'] !== undefined);
}

/** Returns what is wrong with the first definition that refers to itself, directly or not. */
export function circularReference(schema: JsonSchema): string | undefined {
  const definitions = { ...membersOf(schema['definitions']), ...membersOf(schema['$defs']) };
  const finished = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(name);
    if (at !== -1) return [...path.slice(at), name];
    if (finished.has(name)) return undefined;
    for (const next of referencesIn(definitions[name])) {
      const circle = visit(next, [...path, name]);
      if (circle !== undefined) return circle;
    }
    finished.add(name);
    return undefined;
  };
  for (const name of Object.keys(definitions)) {
    const circle = visit(name, []);
    if (circle === undefined) continue;
    return (
      `Circular reference detected in schema definitions: ${circle.join(' -> ')}. ` +
      'Self-referencing or mutually-referencing definitions are not supported.'
    );
  }
  return undefined;
}

function referencesIn(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(referencesIn);
  if (!isRecord(part)) return [];
  const reference = part['$ref'];
  const own = typeof reference === 'string' ? [reference.split('/').at(-1) ?? ''] : [];
  return [...own, ...Object.values(part).flatMap(referencesIn)];
}
