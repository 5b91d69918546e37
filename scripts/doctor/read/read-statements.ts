import type { StatementFacts } from '#scripts/doctor/facts.ts';
import { record } from '#scripts/doctor/read/json.ts';

/** Returns the statements of a resource policy. Throws if it is not JSON. */
export function readStatements(policy: string | undefined): readonly StatementFacts[] {
  if (policy === undefined) return [];
  const { Statement } = record(JSON.parse(policy));
  return (Array.isArray(Statement) ? Statement : [Statement]).map((each) => toStatement(each));
}

function toStatement(value: unknown): StatementFacts {
  const { Action, Principal, Condition } = record(value);
  const keys = Object.values(record(Condition)).flatMap((each) => Object.entries(record(each)));
  return {
    action: String(Action),
    isPublic: Principal === '*' || record(Principal)['AWS'] === '*',
    conditions: Object.fromEntries(keys.map(([key, own]) => [key, String(own)])),
  };
}
