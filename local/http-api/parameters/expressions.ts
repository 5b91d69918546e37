import { parseBody } from '#local/rest-api/integration/mapping-template.ts';
import { valueAt } from '#local/rest-api/integration/json-path.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

/** What expressions of parameter mappings read from, by the first part of their names. */
export interface ExpressionSources {
  /** Returns the value of `header.name`, `querystring.name` or `path.name`. */
  value(place: string, name: string): string | undefined;
  readonly body: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

const variable =
  /^\$(?<bare>(?:request|response|context|stageVariables)\.[\s\S]+)$|\$\{(?<braced>(?:request|response|context|stageVariables)\.[^}]+)\}/gu;

/**
 * Returns the value of a parameter mapping: a text, `$variable`, or a text with `${variables}`.
 * Undefined if a variable has no value.
 */
export function evaluateExpression(
  expression: string,
  sources: ExpressionSources,
): string | undefined {
  const values: (string | undefined)[] = [];
  const text = expression.replaceAll(variable, (...match) => {
    const groups: unknown = match.at(-1);
    const { bare, braced } = isRecord(groups) ? groups : {};
    const value = resolveVariable(asText(bare ?? braced) ?? '', sources);
    values.push(value);
    return value ?? '';
  });
  return values.includes(undefined) ? undefined : text;
}

function resolveVariable(name: string, sources: ExpressionSources): string | undefined {
  const [root, place = '', ...rest] = name.split('.');
  if (root === 'stageVariables') return sources.stageVariables[[place, ...rest].join('.')];
  if (root === 'context')
    return toText(valueAt(sources.context, `$.${[place, ...rest].join('.')}`));
  if (place !== 'body') return sources.value(place, rest.join('.'));
  if (rest.length === 0) return sources.body;
  return toText(valueAt(readJson(sources.body), `$.${rest.join('.')}`));
}

function readJson(body: string): unknown {
  try {
    return parseBody(body);
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return asText(value) ?? JSON.stringify(value);
}
