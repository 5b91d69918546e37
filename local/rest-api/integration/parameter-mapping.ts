import { valueAt } from '#local/rest-api/integration/json-path.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

/** What parameters can be mapped from. */
export interface MappingSources {
  /** Returns the values of `header.Name`, `querystring.name` or `path.name`. */
  values(place: string, name: string): readonly string[];
  /** Returns the body, as JSON if it is. */
  json(): unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/**
 * Returns the values of a mapping expression: a quoted text, or where a value comes from. Empty if
 * that does not exist.
 */
export function mappedValues(expression: string, sources: MappingSources): readonly string[] {
  const quoted = /^'([\s\S]*)'$/u.exec(expression)?.[1];
  if (quoted !== undefined) return [quoted];
  const [root = '', side = '', ...rest] = expression.split('.');
  if (root === 'stageVariables') return present(sources.stageVariables[[side, ...rest].join('.')]);
  if (root === 'context') return present(memberAt(sources.context, [side, ...rest]));
  const [place = '', ...name] = rest;
  if (place === 'body') {
    const json = sources.json();
    return present(name.length === 0 ? json : valueAt(json, `$.${name.join('.')}`));
  }
  const values = sources.values(place.replace('multivalue', ''), name.join('.'));
  return place.startsWith('multivalue') ? values : values.slice(-1);
}

function present(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return [asText(value) ?? JSON.stringify(value)];
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (place, name) => (isRecord(place) && Object.hasOwn(place, name) ? place[name] : undefined),
    value,
  );
}
