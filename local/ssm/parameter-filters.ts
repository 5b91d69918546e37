import { AwsError } from '#local/wire/aws-error.ts';
import { list, string, structure, type Shaped } from '#local/wire/shape.ts';
import { latest, type Parameter } from '#local/ssm/parameter.ts';

/** A filter of parameters. */
export const filterShape = structure(
  { Key: string({ min: 1, max: 132 }) },
  { Option: string({ min: 1, max: 10 }), Values: list(string(), { min: 1, max: 50 }) },
);

export type ParameterFilter = Shaped<typeof filterShape>;

/** Throws Systems Manager's error for a filter that an operation does not have. */
export function checkFilters(filters: readonly ParameterFilter[], keys: readonly string[]): void {
  for (const { Key, Option } of filters) {
    const isKnown = keys.includes(Key) || (Key.startsWith('tag:') && keys.includes('tag'));
    if (!isKnown) {
      throw new AwsError(
        'InvalidFilterKey',
        `The following filter key is not valid: ${Key}. Valid filter keys include: [${keys.join(', ')}].`,
      );
    }
    if (Option === undefined || optionsOf(Key).includes(Option)) continue;
    throw new AwsError(
      'InvalidFilterOption',
      `The following filter option is not valid: ${Option}. Valid options include: [${optionsOf(Key).join(', ')}].`,
    );
  }
  const repeated = filters.find(({ Key }, index) =>
    filters.slice(0, index).some((other) => other.Key === Key),
  );
  if (repeated === undefined) return;
  throw new AwsError(
    'InvalidFilterKey',
    'The following filter is duplicated in the request: ' +
      `${repeated.Key}. A request can contain only one occurrence of a specific filter.`,
  );
}

function optionsOf(key: string): readonly string[] {
  if (key === 'Path') return ['Recursive', 'OneLevel'];
  return key === 'Name' ? ['BeginsWith', 'Equals', 'Contains'] : ['BeginsWith', 'Equals'];
}

/** Returns whether a parameter matches all filters. Those by path and label are not looked at. */
export function matchesFilters(parameter: Parameter, filters: readonly ParameterFilter[]): boolean {
  return filters.every(({ Key, Option = 'Equals', Values }) => {
    if (Key === 'Path' || Key === 'Label') return true;
    const value = valueOf(parameter, Key);
    if (value === undefined) return false;
    // Without values, the tag must exist.
    return Values?.some((wanted) => compare(value, wanted, Option)) ?? true;
  });
}

function valueOf({ name, tags, ...parameter }: Parameter, key: string): string | undefined {
  const { type, keyId, tier, dataType } = latest({ name, tags, ...parameter });
  if (key.startsWith('tag:')) return tags[key.slice('tag:'.length)];
  return { Name: name, Type: type, KeyId: keyId, Tier: tier, DataType: dataType }[key];
}

function compare(value: string, wanted: string, option: string): boolean {
  if (option === 'BeginsWith') return value.startsWith(wanted);
  return option === 'Contains' ? value.includes(wanted) : value === wanted;
}
