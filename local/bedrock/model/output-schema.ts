import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { itemsOf, membersOf, type JsonSchema } from '#local/bedrock/model/json-schema.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Parses the schema of a structured output. Throws for what Bedrock's structured outputs do not
 * support: limits on numbers, strings and arrays, open objects, and external or recursive
 * references. Claude has its own words for most of that, which are among the rules of models.
 */
export function checkOutputSchema(text: string, { traits }: ModelFacts): JsonSchema {
  const schema = parse(text);
  const isClaude = traits.nativeSchema === 'anthropic';
  if (!isClaude) check(schema, []);
  checkReferences(schema, isClaude);
  return schema;
}

function parse(text: string): JsonSchema {
  try {
    const schema: unknown = JSON.parse(text);
    if (isRecord(schema)) return schema;
  } catch {
    // Reported below, like any other value that is not an object.
  }
  throw invalidSchema('the schema is not a JSON object');
}

const unsupportedKeywords = (
  'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems ' +
  'uniqueItems minProperties maxProperties patternProperties oneOf not if then else contains ' +
  'prefixItems pattern'
).split(' ');

function check(schema: unknown, path: readonly string[]): void {
  if (!isRecord(schema)) return;
  const where = path.length === 0 ? 'the root' : path.join('.');
  const keyword = unsupportedKeywords.find((candidate) => Object.hasOwn(schema, candidate));
  if (keyword !== undefined) throw invalidSchema(`${keyword} is not supported (at ${where})`);
  if (schema['type'] === 'object' && schema['additionalProperties'] !== false) {
    throw invalidSchema(`additionalProperties must be false for every object (at ${where})`);
  }
  if (Number(schema['minItems'] ?? 0) > 1) {
    throw invalidSchema(`minItems must be 0 or 1 (at ${where})`);
  }
  for (const group of ['properties', '$defs', 'definitions']) {
    for (const [name, part] of Object.entries(membersOf(schema[group]))) {
      check(part, [...path, group, name]);
    }
  }
  check(schema['items'], [...path, 'items']);
  for (const group of ['anyOf', 'allOf']) {
    for (const [index, part] of itemsOf(schema[group]).entries()) {
      check(part, [...path, group, String(index)]);
    }
  }
}

/** Throws if a reference does not resolve to the schema's own definitions, or is recursive. */
function checkReferences(schema: JsonSchema, allowsRecursion: boolean): void {
  const definitions = { ...membersOf(schema['definitions']), ...membersOf(schema['$defs']) };
  const checked = new Set<string>();
  const visit = (part: unknown, seen: readonly string[]): void => {
    for (const name of referencesIn(part)) {
      if (!Object.hasOwn(definitions, name))
        throw invalidSchema(`$ref to ${name} cannot be resolved`);
      const isRecursive = seen.includes(name);
      if (isRecursive && !allowsRecursion) {
        throw invalidSchema('recursive schemas are not supported');
      }
      if (!isRecursive && !checked.has(name)) visit(definitions[name], [...seen, name]);
      checked.add(name);
    }
  };
  visit(schema, []);
  for (const name of Object.keys(definitions)) visit(definitions[name], [name]);
}

function referencesIn(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(referencesIn);
  if (!isRecord(part)) return [];
  const own = typeof part['$ref'] === 'string' ? [readReference(part['$ref'])] : [];
  const inside = Object.entries(part)
    .filter(([key]) => key !== '$defs' && key !== 'definitions')
    .flatMap(([, value]) => referencesIn(value));
  return [...own, ...inside];
}

function readReference(reference: string): string {
  const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/u.exec(reference) ?? [];
  if (name === undefined) throw invalidSchema(`$ref ${reference} must point to #/$defs`);
  return name;
}

function invalidSchema(reason: string): Error {
  return invalid(`The schema in outputConfig.textFormat is not valid: ${reason}.`);
}
