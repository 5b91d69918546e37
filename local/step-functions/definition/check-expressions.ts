import jsonata from 'jsonata';
import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { parseIntrinsic } from '#local/step-functions/expressions/intrinsic-functions.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Members whose inside is a machine of its own, which is checked by itself. */
const nested: ReadonlySet<string> = new Set(['Branches', 'ItemProcessor', 'Iterator', 'Choices']);

/** Tells of paths and expressions in a state that could not be evaluated. */
export function checkExpressions(
  state: Json,
  language: QueryLanguage,
  problem: (words: string) => void,
): void {
  const own = Object.entries(state).filter(([name]) => !nested.has(name));
  const check = language === 'JSONata' ? checkJsonata : checkPaths;
  for (const [name, value] of own) check(name, value, problem);
}

type Check = (place: string, value: unknown, problem: (words: string) => void) => void;

/** Payload templates: a name with `.$` has a path or an intrinsic function. */
const checkPaths: Check = (place, value, problem) => {
  walk(place, value, (where, text) => {
    if (!where.endsWith('.$')) return;
    if (text.startsWith('$')) return;
    try {
      parseIntrinsic(text);
    } catch (error) {
      problem(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
};

const checkJsonata: Check = (place, value, problem) => {
  walk(place, value, (where, text) => {
    const source = expressionIn(text);
    if (source === undefined) return;
    try {
      if (/\$eval\s*\(/u.test(source)) problem(`${where}: $eval is not supported`);
      jsonata(source);
    } catch (error) {
      problem(`${where}: ${messageOf(error)}`);
    }
  });
};

/** JSONata throws plain objects. */
export function messageOf(error: unknown): string {
  const { message } = record(error);
  return asText(message) ?? String(error);
}

/** What stands between `{%` and `%}`; nothing for a text without them. */
export function expressionIn(text: string): string | undefined {
  return /^\{%([\s\S]*)%\}$/u.exec(text)?.[1];
}

function walk(place: string, value: unknown, visit: (where: string, text: string) => void): void {
  if (typeof value === 'string') visit(place, value);
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(`${place}[${index}]`, item, visit);
  } else if (isRecord(value)) {
    for (const [name, item] of Object.entries(value)) walk(`${place}.${name}`, item, visit);
  }
}
