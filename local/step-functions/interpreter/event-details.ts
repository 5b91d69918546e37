import type { StatesError } from '#local/step-functions/definition/definition.ts';
import type { Json } from '#local/template/json.ts';

/** Nothing is cut here, so the details of an event always say so. */
const truncated = { truncated: false };

/** Returns the members of an event that has an input, which is JSON. */
export function inputMembers(input: string): Json {
  return { input, inputDetails: truncated };
}

/** Returns the members of an event that has an output, which is JSON. */
export function outputMembers(output: string): Json {
  return { output, outputDetails: truncated };
}

/** Returns the members of an event of a failure. An absent error or cause stays absent. */
export function failureMembers({ error, causeText: cause }: StatesError): Json {
  return { error, cause };
}

/** Returns the variables that a state assigned, each as JSON; no members if there are none. */
export function variableMembers(assigned: Json): Json {
  const entries = Object.entries(assigned);
  if (entries.length === 0) return {};
  return {
    assignedVariables: Object.fromEntries(
      entries.map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    assignedVariablesDetails: truncated,
  };
}
