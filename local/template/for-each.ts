import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/**
 * A template with its `Fn::ForEach` loops written out, as the transform AWS::LanguageExtensions
 * does before anything else. Throws for a loop over what only a stack knows.
 */
export function expandLoops(template: Json): Json {
  const defaults = isRecord(template['Parameters']) ? template['Parameters'] : {};
  const expanded = expand(template, { defaults, variables: new Map() });
  return isRecord(expanded) ? expanded : template;
}

interface Surroundings {
  /** The declared parameters, whose defaults a loop may run over. */
  readonly defaults: Json;
  readonly variables: ReadonlyMap<string, string>;
}

function expand(value: unknown, around: Surroundings): unknown {
  if (typeof value === 'string') return replaced(value, around);
  if (Array.isArray(value)) return value.map((item) => expand(item, around));
  if (!isRecord(value)) return value;
  const { Ref: name } = value;
  if (typeof name === 'string' && around.variables.has(name)) return around.variables.get(name);
  const entries = Object.entries(value).flatMap(([key, item]) =>
    key.startsWith('Fn::ForEach::')
      ? runLoop(key, item, around)
      : [[replaced(key, around), expand(item, around)] as const],
  );
  return Object.fromEntries(entries);
}

function runLoop(
  key: string,
  loop: unknown,
  around: Surroundings,
): readonly (readonly [string, unknown])[] {
  const [variable, items, body] = Array.isArray(loop) ? loop : [];
  const list = itemsOf(items, around);
  if (typeof variable !== 'string' || list === undefined || !isRecord(body)) {
    throw new Error(`${key}: must be a name, a list of texts and what to repeat`);
  }
  return list.flatMap((item) => {
    const variables = new Map([...around.variables, [variable, item]]);
    const repeated = expand(body, { ...around, variables });
    return isRecord(repeated) ? Object.entries(repeated) : [];
  });
}

function itemsOf(items: unknown, { defaults }: Surroundings): readonly string[] | undefined {
  if (Array.isArray(items)) return items.map(String);
  const { Ref: name } = isRecord(items) ? items : {};
  const { Default: value } = record(defaults[String(name)]);
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : undefined;
}

/** `${Name}` and, in what may hold letters and digits only, `&{Name}`. */
function replaced(text: string, { variables }: Surroundings): string {
  let result = text;
  for (const [name, value] of variables) {
    result = result
      .replaceAll(`\${${name}}`, value)
      .replaceAll(`&{${name}}`, value.replaceAll(/[^A-Za-z0-9]/gu, ''));
  }
  return result;
}
