import { record, type Json } from '#local/template/json.ts';
import { type Template } from '#local/template/template.ts';
import { asText } from '#local/wire/shape.ts';

/**
 * The value of each parameter of a stack. Throws for one whose value is not among those allowed;
 * one without a value is undefined, and an error where it is used.
 */
export function readParameters(declared: Json, given: Json): ReadonlyMap<string, unknown> {
  const values = Object.entries(declared).map(([name, declaration]) => {
    const value = Object.hasOwn(given, name) ? given[name] : record(declaration)['Default'];
    return [name, readParameter(name, value, record(declaration))] as const;
  });
  return new Map(values);
}

function readParameter(name: string, given: unknown, declaration: Json): unknown {
  const { Type, AllowedValues, AllowedPattern, ConstraintDescription } = declaration;
  const value = Array.isArray(given) ? given.join(',') : asText(given);
  // What AWS looks up in its parameter store has no value of its own here.
  if (value === undefined || String(Type).startsWith('AWS::SSM::')) return value;
  const wrong = (rule: string): Error =>
    new Error(`--parameter ${name}: must ${asText(ConstraintDescription) ?? rule}, not ${value}`);
  if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(value)) {
    throw wrong(`be one of ${AllowedValues.join(', ')}`);
  }
  if (typeof AllowedPattern === 'string' && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    throw wrong(`match ${AllowedPattern}`);
  }
  if (Type === 'Number' && Number.isNaN(Number(value))) throw wrong('be a number');
  const isList = /^(?:CommaDelimitedList|List<.+>)$/u.test(String(Type));
  return isList ? value.split(',').map((item) => item.trim()) : value;
}

/** Throws for a parameter that none of the stacks declares. */
export function refuseUnknownParameters(stacks: readonly Template[], given: Json): void {
  const declared = stacks.flatMap(({ parameters }) => Object.keys(parameters));
  const unknown = Object.keys(given).find((name) => !declared.includes(name));
  if (unknown === undefined) return;
  const names = declared.join(', ') || 'none';
  throw new Error(`--parameter ${unknown}: the template declares ${names}`);
}
