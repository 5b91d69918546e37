import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/**
 * Returns a template with its `Fn::ForEach` loops expanded, as the transform AWS::LanguageExtensions
 * does before anything else. Throws for a loop whose items are only known to a stack.
 */
export function expandLoops(template: Json): Json {
  const defaults = isRecord(template['Parameters']) ? template['Parameters'] : {};
  const expanded = expand(template, { defaults, variables: new Map() });
  return isRecord(expanded) ? expanded : template;
}

interface LoopContext {
  /** The declared parameters. A loop can iterate over the default of one of them. */
  readonly defaults: Json;
  readonly variables: ReadonlyMap<string, string>;
}

function expand(value: unknown, context: LoopContext): unknown {
  if (typeof value === 'string') return replaceVariables(value, context);
  if (Array.isArray(value)) return value.map((item) => expand(item, context));
  if (!isRecord(value)) return value;
  const { Ref: name } = value;
  if (typeof name === 'string' && context.variables.has(name)) return context.variables.get(name);
  const entries = Object.entries(value).flatMap(([key, item]) =>
    key.startsWith('Fn::ForEach::')
      ? runLoop(key, item, context)
      : [[replaceVariables(key, context), expand(item, context)] as const],
  );
  return Object.fromEntries(entries);
}

function runLoop(
  key: string,
  loop: unknown,
  context: LoopContext,
): readonly (readonly [string, unknown])[] {
  const [variable, items, body] = Array.isArray(loop) ? loop : [];
  const list = itemsOf(items, context);
  if (typeof variable !== 'string' || list === undefined || !isRecord(body)) {
    throw new Error(`${key}: must be a name, a list of strings and what to repeat`);
  }
  return list.flatMap((item) => {
    const variables = new Map([...context.variables, [variable, item]]);
    const repeated = expand(body, { ...context, variables });
    return isRecord(repeated) ? Object.entries(repeated) : [];
  });
}

function itemsOf(items: unknown, { defaults }: LoopContext): readonly string[] | undefined {
  if (Array.isArray(items)) return items.map(String);
  const { Ref: name } = isRecord(items) ? items : {};
  const { Default: value } = record(defaults[String(name)]);
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : undefined;
}

/** Replaces `${Name}`, and `&{Name}` by the value's letters and digits only. */
function replaceVariables(text: string, { variables }: LoopContext): string {
  let result = text;
  for (const [name, value] of variables) {
    result = result
      .replaceAll(`\${${name}}`, value)
      .replaceAll(`&{${name}}`, value.replaceAll(/[^A-Za-z0-9]/gu, ''));
  }
  return result;
}
