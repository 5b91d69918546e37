import { extractExpression } from '#local/step-functions/definition/check-expressions.ts';
import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { pathsOf } from '#local/step-functions/validation/intrinsics.ts';
import { findReferences } from '#local/step-functions/validation/jsonata-references.ts';
import { parsePath } from '#local/step-functions/validation/paths.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

type StateReferences = readonly [state: string, variables: readonly string[]];

type References = Readonly<Record<string, readonly string[]>>;

/** Members that contain states of their own, or that are never evaluated. */
const skipped: ReadonlySet<string> = new Set([
  'Branches',
  'ItemProcessor',
  'Iterator',
  'Result',
  'Comment',
  'Resource',
]);

/** Returns the variables that each state of a valid definition refers to, by name. */
export function findVariableReferences(definition: Json): References {
  const language = definition['QueryLanguage'] === 'JSONata' ? 'JSONata' : 'JSONPath';
  return Object.fromEntries(referencesOf(definition, language));
}

function referencesOf({ States: states }: Json, language: QueryLanguage): StateReferences[] {
  return Object.entries(record(states)).flatMap(([name, value]) => {
    const state = record(value);
    const ownLanguage = state['QueryLanguage'] === 'JSONata' ? 'JSONata' : language;
    const found = new Set(
      Object.entries(state)
        .filter(([member]) => !skipped.has(member))
        .flatMap(([member, each]) => variablesIn(member, each, ownLanguage)),
    );
    const inner = [state['Branches'] ?? [], state['ItemProcessor'] ?? [], state['Iterator'] ?? []];
    const references = inner.flat().flatMap((each) => referencesOf(record(each), language));
    if (found.size > 0) references.unshift([name, [...found].toSorted()]);
    return references;
  });
}

function variablesIn(member: string, value: unknown, language: QueryLanguage): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => variablesIn(member, each, language));
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([name, each]) => variablesIn(name, each, language));
  }
  if (typeof value !== 'string') return [];
  return language === 'JSONata' ? inExpression(value) : inPaths(member, value);
}

function inExpression(text: string): readonly string[] {
  const source = extractExpression(text);
  return source === undefined ? [] : [...findReferences(source).variables];
}

function inPaths(member: string, text: string): readonly string[] {
  if (!/(?:\.\$|Path|^Variable)$/u.test(member)) return [];
  return pathsOf(text).flatMap((path) => {
    const root = parsePath(path)?.root;
    return root?.type === 'variable' ? [root.name] : [];
  });
}
