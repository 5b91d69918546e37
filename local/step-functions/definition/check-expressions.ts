import jsonata from 'jsonata';
import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { parseIntrinsic } from '#local/step-functions/expressions/intrinsic-functions.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Members that contain machines or rules, which are checked on their own, and a literal result. */
const nested: ReadonlySet<string> = new Set([
  'Branches',
  'ItemProcessor',
  'Iterator',
  'Choices',
  'Result',
]);

/** Reports the intrinsic functions and JSONata expressions of a state that are invalid. */
export function checkExpressions(
  state: Json,
  language: QueryLanguage,
  report: (message: string) => void,
): void {
  const members = Object.entries(state).filter(([name]) => !nested.has(name));
  const check = language === 'JSONata' ? checkJsonata : checkPaths;
  for (const [name, value] of members) check(name, value, report);
}

type Check = (place: string, value: unknown, report: (message: string) => void) => void;

/** In a payload template, a member whose name ends in `.$` has a path or an intrinsic function. */
const checkPaths: Check = (place, value, report) => {
  walk(place, value, (where, text) => {
    if (!where.endsWith('.$')) return;
    if (text.startsWith('$')) return;
    try {
      parseIntrinsic(text);
    } catch (error) {
      report(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
};

const checkJsonata: Check = (place, value, report) => {
  walk(place, value, (where, text) => {
    const source = extractExpression(text);
    if (source === undefined) return;
    try {
      if (/\$eval\s*\(/u.test(source)) report(`${where}: $eval is not supported`);
      jsonata(source);
    } catch (error) {
      report(`${where}: ${errorMessage(error)}`);
    }
  });
};

/** Returns the message of what was thrown, also for JSONata, which throws plain objects. */
export function errorMessage(error: unknown): string {
  const { message } = record(error);
  return asText(message) ?? String(error);
}

/** Returns the expression between `{%` and `%}`, or undefined if the text has no such marks. */
export function extractExpression(text: string): string | undefined {
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
