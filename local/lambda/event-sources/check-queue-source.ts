import {
  checkFilters,
  checkLimits,
  limitedValues,
  refusal,
  refuseParameters,
  sourceLimits,
} from '#local/lambda/event-sources/check-source.ts';
import type { Properties } from '#local/template/properties.ts';
import { integer, structure } from '#local/wire/shape.ts';

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
    ...sourceLimits,
    ScalingConfig: structure({}, { MaximumConcurrency: integer({ min: 2, max: 1000 }) }),
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

/**
 * Throws if Lambda would refuse the mapping of a queue, in its words where they are public: single
 * values first, then what they mean together, then the queue's visibility timeout.
 */
export function checkQueueSource(
  properties: Properties,
  isFifo: boolean,
  times: SourceTimes,
): void {
  const scaling = properties.nested('ScalingConfig');
  checkLimits(properties, sourceShape, {
    ...limitedValues(properties),
    ScalingConfig: { MaximumConcurrency: scaling.optionalNumber('MaximumConcurrency') },
  });
  const batchSize = properties.number('BatchSize', 10);
  const windowSeconds = properties.number('MaximumBatchingWindowInSeconds', 0);
  refuseParameters(properties, streamParameters);
  if (properties.has('StartingPosition')) {
    throw refusal(properties, 'StartingPosition is not valid for SQS event sources.');
  }
  if (batchSize > 10 && windowSeconds === 0) throw refusal(properties, windowNeeded);
  if (isFifo && windowSeconds > 0) {
    throw refusal(properties, 'Batching window is not supported for FIFO queues');
  }
  checkFilters(properties);
  const { visibility, functionTimeout = 0 } = times;
  if (visibility < functionTimeout) {
    throw refusal(
      properties,
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${functionTimeout} seconds`,
    );
  }
}

const windowNeeded =
  'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10';
