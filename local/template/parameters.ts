import { cannotLookUp, type Lookups } from '#local/template/references/lookups.ts';
import { runWithin } from '#local/process/run-within.ts';
import { record, type Json } from '#local/template/json.ts';
import { type Template } from '#local/template/template.ts';
import { asText } from '#local/wire/shape.ts';

/** The values of the parameters of a stack. */
export interface ParameterValues {
  /**
   * Returns the value of a parameter, or undefined if it has none. Throws if the parameter store,
   * where some types look their value up, does not have it.
   */
  get(name: string): unknown;
  /** Returns a parameter as CloudFormation describes it, with what was looked up if it is there. */
  describe(name: string): ParameterDescription;
}

interface ParameterDescription {
  readonly ParameterKey: string;
  readonly ParameterValue: string;
  /** The value of the parameter in Parameter Store. */
  readonly ResolvedValue?: string;
}

/**
 * Reads the values of the parameters of a stack. Throws for a value that the declaration does not
 * allow. A parameter without a value is an error only where it is used.
 */
export function readParameters(declared: Json, values: Json, lookups: Lookups): ParameterValues {
  const entries = Object.entries(declared).map(([name, written]) => {
    const declaration = record(written);
    const value = Object.hasOwn(values, name) ? values[name] : declaration['Default'];
    const type = String(declaration['Type']);
    if (!type.startsWith(lookupType)) {
      return [name, givenParameter(name, readParameter(name, value, declaration))] as const;
    }
    const reference = asText(value);
    const find = (): string | undefined =>
      reference === undefined ? undefined : lookups.parameter(reference);
    return [name, lookedUpParameter(name, { type, reference, find })] as const;
  });
  const parameters = new Map(entries);
  return {
    get: (name) => parameters.get(name)?.read(),
    describe: (name) =>
      parameters.get(name)?.describe() ?? { ParameterKey: name, ParameterValue: '' },
  };
}

interface Parameter {
  read(): unknown;
  describe(): ParameterDescription;
}

function givenParameter(ParameterKey: string, value: unknown): Parameter {
  return {
    read: () => value,
    describe: () => ({ ParameterKey, ParameterValue: textOf(value) }),
  };
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : (asText(value) ?? '');
}

/** Parameters of these types have as value the name of one in Parameter Store. */
const lookupType = 'AWS::SSM::Parameter::Value<';

interface Lookup {
  readonly type: string;
  readonly reference: string | undefined;
  find(): string | undefined;
}

/** Its value is read when it is used: other resources of the template may declare it. */
function lookedUpParameter(name: string, { type, reference, find }: Lookup): Parameter {
  return {
    read() {
      if (reference === undefined) return undefined;
      const value = find();
      if (value === undefined) throw cannotLookUp(`Parameter ${name}`, 'ssm', reference);
      return /<(?:CommaDelimitedList|List<)/u.test(type) ? splitList(value) : value;
    },
    describe() {
      const value = find();
      const resolved = value === undefined ? {} : { ResolvedValue: value };
      return { ParameterKey: name, ParameterValue: reference ?? '', ...resolved };
    },
  };
}

function splitList(value: string): readonly string[] {
  return value.split(',').map((item) => item.trim());
}

function readParameter(name: string, input: unknown, declaration: Json): unknown {
  const { Type, AllowedValues, AllowedPattern, ConstraintDescription } = declaration;
  const value = Array.isArray(input) ? input.join(',') : asText(input);
  if (value === undefined) return value;
  const refusal = (rule: string): Error =>
    new Error(`--parameter ${name}: must ${asText(ConstraintDescription) ?? rule}, not ${value}`);
  if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(value)) {
    throw refusal(`be one of ${AllowedValues.join(', ')}`);
  }
  const isAllowed =
    typeof AllowedPattern !== 'string' ||
    runWithin(`--parameter ${name}: AllowedPattern`, () =>
      new RegExp(`^(?:${AllowedPattern})$`).test(value),
    );
  if (!isAllowed) {
    throw refusal(`match ${AllowedPattern}`);
  }
  if (Type === 'Number' && Number.isNaN(Number(value))) throw refusal('be a number');
  const isList = /^(?:CommaDelimitedList|List<.+>)$/u.test(String(Type));
  return isList ? splitList(value) : value;
}

/** Throws for a parameter that no stack declares. */
export function refuseUnknownParameters(stacks: readonly Template[], values: Json): void {
  const declared = stacks.flatMap(({ parameters }) => Object.keys(parameters));
  const unknown = Object.keys(values).find((name) => !declared.includes(name));
  if (unknown === undefined) return;
  const names = declared.join(', ') || 'none';
  throw new Error(`--parameter ${unknown}: the template declares ${names}`);
}
