import { isPattern } from '#local/events/pattern-problem.ts';
import type { Properties } from '#local/template/properties.ts';
import { coralError, lowerNames } from '#local/wire/coral-error.ts';
import { integer, list, readShape, string, structure, type Problem } from '#local/wire/shape.ts';
import { stringList } from '#local/wire/string-list.ts';

/** What a mapping of a queue depends on, in seconds. */
export interface SourceTimes {
  readonly visibility: number;
  /** Undefined if the function is not in the template. */
  readonly functionTimeout: number | undefined;
}

/** The limits of `CreateEventSourceMapping` for a queue. */
const sourceShape = structure(
  {},
  {
    BatchSize: integer({ min: 1, max: 10_000 }),
    MaximumBatchingWindowInSeconds: integer({ min: 0, max: 300 }),
    FunctionResponseTypes: stringList({ values: ['ReportBatchItemFailures'] }, { max: 1 }),
    ScalingConfig: structure({}, { MaximumConcurrency: integer({ min: 2, max: 1000 }) }),
    FilterCriteria: structure(
      {},
      { Filters: list(structure({}, { Pattern: string({ max: 4096 }) })) },
    ),
  },
);

/** Parameters of streams, which Lambda refuses for queues. */
const streamParameters = [
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'TumblingWindowInSeconds',
];

/** Lambda's default quota of filters for an event source. */
const maxFilters = 5;

/**
 * Throws if Lambda would refuse the mapping of a queue, in its words where they are public: single
 * values first, then what they mean together, then the queue's visibility timeout.
 */
export function checkQueueSource(
  properties: Properties,
  isFifo: boolean,
  times: SourceTimes,
): void {
  const refuse = (message: string): never => {
    throw new Error(`${properties.key}: ${message}`);
  };
  const { FilterCriteria } = readShape(sourceShape, valuesOf(properties), (problems) =>
    Error(`${properties.key}: ${describe(problems)}`),
  );
  const batchSize = properties.number('BatchSize', 10);
  const windowSeconds = properties.number('MaximumBatchingWindowInSeconds', 0);
  const unsupported = streamParameters.find((name) => properties.has(name));
  if (unsupported !== undefined) {
    refuse(`Unsupported ${unsupported} parameter for given event source mapping type.`);
  }
  if (properties.has('StartingPosition')) {
    refuse('StartingPosition is not valid for SQS event sources.');
  }
  if (batchSize > 10 && windowSeconds === 0) refuse(windowNeeded);
  if (isFifo && windowSeconds > 0) refuse('Batching window is not supported for FIFO queues');
  const patterns = (FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern ?? '');
  if (patterns.length > maxFilters) {
    refuse(`FilterCriteria: ${patterns.length} filters exceed the quota of ${maxFilters}`);
  }
  if (!patterns.every(isValid)) refuse('Invalid filter pattern definition.');
  const { visibility, functionTimeout = 0 } = times;
  if (visibility < functionTimeout) {
    refuse(
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${functionTimeout} seconds`,
    );
  }
}

const windowNeeded =
  'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10';

/** Returns the values that have limits. CloudFormation accepts numbers as texts. */
function valuesOf(properties: Properties): Readonly<Record<string, unknown>> {
  const scaling = properties.nested('ScalingConfig');
  const filters = properties.nested('FilterCriteria').list('Filters');
  return {
    BatchSize: properties.optionalNumber('BatchSize'),
    MaximumBatchingWindowInSeconds: properties.optionalNumber('MaximumBatchingWindowInSeconds'),
    FunctionResponseTypes: properties.texts('FunctionResponseTypes'),
    ScalingConfig: { MaximumConcurrency: scaling.optionalNumber('MaximumConcurrency') },
    FilterCriteria: {
      Filters: filters.map((filter) => ({ Pattern: filter.optionalText('Pattern') })),
    },
  };
}

function describe(problems: readonly Problem[]): string {
  return coralError(lowerNames(problems)).message;
}

function isValid(pattern: string): boolean {
  try {
    return isPattern(JSON.parse(pattern));
  } catch {
    return false;
  }
}
