import { isPattern } from '#local/events/pattern-problem.ts';
import type { Properties } from '#local/template/properties.ts';
import { coralError, lowerNames } from '#local/wire/coral-error.ts';
import { integer, list, readShape, string, structure, type Shape } from '#local/wire/shape.ts';
import { stringList } from '#local/wire/string-list.ts';

/** The limits of `CreateEventSourceMapping` for every source. */
export const sourceLimits = {
  BatchSize: integer({ min: 1, max: 10_000 }),
  MaximumBatchingWindowInSeconds: integer({ min: 0, max: 300 }),
  FunctionResponseTypes: stringList({ values: ['ReportBatchItemFailures'] }, { max: 1 }),
  FilterCriteria: structure(
    {},
    { Filters: list(structure({}, { Pattern: string({ max: 4096 }) })) },
  ),
};

/** Lambda's default quota of filters for an event source. */
const maxFilters = 5;

/** Returns the values that have limits. CloudFormation accepts numbers as texts. */
export function limitedValues(properties: Properties): Readonly<Record<string, unknown>> {
  const filters = properties.nested('FilterCriteria').list('Filters');
  return {
    BatchSize: properties.optionalNumber('BatchSize'),
    MaximumBatchingWindowInSeconds: properties.optionalNumber('MaximumBatchingWindowInSeconds'),
    FunctionResponseTypes: properties.texts('FunctionResponseTypes'),
    FilterCriteria: {
      Filters: filters.map((filter) => ({ Pattern: filter.optionalText('Pattern') })),
    },
  };
}

/** Throws if values of a mapping are beyond their limits, in Lambda's words. */
export function checkLimits(
  { key }: Properties,
  shape: Shape<unknown>,
  values: Readonly<Record<string, unknown>>,
): void {
  readShape(shape, values, (problems) =>
    Error(`${key}: ${coralError(lowerNames(problems)).message}`),
  );
}

/** Throws if a mapping has one of some parameters, which its source does not have. */
export function refuseParameters(properties: Properties, names: readonly string[]): void {
  const unsupported = names.find((name) => properties.has(name));
  if (unsupported === undefined) return;
  throw refusal(
    properties,
    `Unsupported ${unsupported} parameter for given event source mapping type.`,
  );
}

/** Throws if there are too many filters, or one that is no event pattern. */
export function checkFilters(properties: Properties): void {
  const filters = properties.nested('FilterCriteria').list('Filters');
  if (filters.length > maxFilters) {
    const message = `FilterCriteria: ${filters.length} filters exceed the quota of ${maxFilters}`;
    throw refusal(properties, message);
  }
  if (!filters.every((filter) => isValid(filter.optionalText('Pattern') ?? ''))) {
    throw refusal(properties, 'Invalid filter pattern definition.');
  }
}

/** Returns the error for a mapping that Lambda would refuse. */
export function refusal({ key }: Properties, message: string): Error {
  return new Error(`${key}: ${message}`);
}

function isValid(pattern: string): boolean {
  try {
    return isPattern(JSON.parse(pattern));
  } catch {
    return false;
  }
}
