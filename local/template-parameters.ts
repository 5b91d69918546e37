import { isRecord } from '#local/shape.ts';

/**
 * The values of a template's parameters. Throws for one that is given and not declared, that has
 * neither a value nor a default, or whose value is not among those allowed.
 */
export function readParameters(
  declared: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, unknown> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined) {
    const names = Object.keys(declared).join(', ') || 'none';
    throw new Error(`--parameter ${unknown}: the template declares ${names}`);
  }
  const values = Object.entries(declared).map(([name, declaration]) => {
    const { Default, Type, AllowedValues } = isRecord(declaration) ? declaration : {};
    const value = Object.hasOwn(given, name) ? given[name] : textOf(Default);
    // What AWS looks up in its parameter store has no value of its own here.
    if (value === undefined || String(Type).startsWith('AWS::SSM::')) return [name, value] as const;
    if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(value)) {
      const allowed = AllowedValues.join(', ');
      throw new Error(`--parameter ${name}: must be one of ${allowed}, not ${value}`);
    }
    const isList = /^(?:CommaDelimitedList|List<.+>)$/u.test(String(Type));
    return [name, isList ? value.split(',').map((item) => item.trim()) : value] as const;
  });
  return new Map(values);
}

/** A default may be a text, a number or a truth value; to CloudFormation all are text. */
function textOf(value: unknown): string | undefined {
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? String(value) : undefined;
}
