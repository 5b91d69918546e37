import { record, type Json } from '#local/template/json.ts';
import { type Template } from '#local/template/template.ts';
import { asText } from '#local/wire/shape.ts';

/**
 * Returns the value of each parameter of a stack. Throws for a value that the declaration does not
 * allow. A parameter without a value is undefined here, and an error only where it is used.
 */
export function readParameters(declared: Json, values: Json): ReadonlyMap<string, unknown> {
  const entries = Object.entries(declared).map(([name, declaration]) => {
    const value = Object.hasOwn(values, name) ? values[name] : record(declaration)['Default'];
    return [name, readParameter(name, value, record(declaration))] as const;
  });
  return new Map(entries);
}

function readParameter(name: string, input: unknown, declaration: Json): unknown {
  const { Type, AllowedValues, AllowedPattern, ConstraintDescription } = declaration;
  const value = Array.isArray(input) ? input.join(',') : asText(input);
  // AWS looks these values up in its parameter store, so the declared rules do not apply to them.
  if (value === undefined || String(Type).startsWith('AWS::SSM::')) return value;
  const refusal = (rule: string): Error =>
    new Error(`--parameter ${name}: must ${asText(ConstraintDescription) ?? rule}, not ${value}`);
  if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(value)) {
    throw refusal(`be one of ${AllowedValues.join(', ')}`);
  }
  if (typeof AllowedPattern === 'string' && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    throw refusal(`match ${AllowedPattern}`);
  }
  if (Type === 'Number' && Number.isNaN(Number(value))) throw refusal('be a number');
  const isList = /^(?:CommaDelimitedList|List<.+>)$/u.test(String(Type));
  return isList ? value.split(',').map((item) => item.trim()) : value;
}

/** Throws for a parameter that no stack declares. */
export function refuseUnknownParameters(stacks: readonly Template[], values: Json): void {
  const declared = stacks.flatMap(({ parameters }) => Object.keys(parameters));
  const unknown = Object.keys(values).find((name) => !declared.includes(name));
  if (unknown === undefined) return;
  const names = declared.join(', ') || 'none';
  throw new Error(`--parameter ${unknown}: the template declares ${names}`);
}
