import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { boolean, integer, list, string, structure } from '#local/wire/shape.ts';
import { describeVersion, invalidToken, isBelow } from '#local/ssm/get-parameters.ts';
import { latest, parameterArn, type Parameter } from '#local/ssm/parameter.ts';
import { invalidRequest } from '#local/ssm/parameter-errors.ts';
import {
  checkFilters,
  filterShape,
  matchesFilters,
  type ParameterFilter,
} from '#local/ssm/parameter-filters.ts';
import type { Parameters } from '#local/ssm/put-parameter.ts';

const shape = structure(
  {},
  {
    Filters: list(structure({ Key: string(), Values: list(string(), { min: 1, max: 50 }) })),
    ParameterFilters: list(filterShape),
    MaxResults: integer({ min: 1, max: 50 }),
    NextToken: string(),
    Shared: boolean,
  },
);

const keys = ['DataType', 'KeyId', 'Label', 'Name', 'Path', 'Tier', 'Type', 'tag'];

/** `DescribeParameters`: everything but the values, by filters. */
export function describeParameters(parameters: Parameters, region: string): Operation {
  return operation(shape, ({ Filters, ParameterFilters, MaxResults: size = 50, NextToken }) => {
    if (Filters !== undefined && ParameterFilters !== undefined) {
      throw invalidRequest(
        'You can use either Filters or ParameterFilters in a single request, not both.',
      );
    }
    const filters = ParameterFilters ?? Filters?.map(toFilter) ?? [];
    checkFilters(filters, keys);
    const found = parameters
      .all()
      .filter((each) => isInFolders(each, filters) && matchesFilters(each, filters));
    const page = pageOf(found, { keyOf: nameOf, size, token: NextToken, invalid: invalidToken });
    return {
      Parameters: page.items.map((each) => ({
        ARN: parameterArn(region, each.name),
        ...describeVersion(each, latest(each)),
      })),
      NextToken: page.token,
    };
  });
}

function nameOf({ name }: Parameter): string {
  return name;
}

/** The older filters compare the beginnings of names. */
function toFilter({ Key, Values }: { Key: string; Values: readonly string[] }): ParameterFilter {
  return { Key, Values, Option: Key === 'Name' ? 'BeginsWith' : 'Equals' };
}

function isInFolders({ name, versions }: Parameter, filters: readonly ParameterFilter[]): boolean {
  return filters.every(({ Key, Option, Values = [] }) => {
    if (Key === 'Path') return Values.some((path) => isBelow(name, path, Option === 'Recursive'));
    if (Key !== 'Label') return true;
    return versions.some(({ labels }) => labels.some((label) => Values.includes(label)));
  });
}
