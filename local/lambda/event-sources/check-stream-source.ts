import {
  checkFilters,
  checkLimits,
  limitedValues,
  refusal,
  refuseParameters,
  sourceLimits,
} from '#local/lambda/event-sources/check-source.ts';
import type { Properties } from '#local/template/properties.ts';
import { integer, oneOf, structure } from '#local/wire/shape.ts';

/** The limits of `CreateEventSourceMapping` for a stream. */
const sourceShape = structure(
  {},
  {
    ...sourceLimits,
    MaximumRecordAgeInSeconds: integer({ min: -1, max: 604_800 }),
    MaximumRetryAttempts: integer({ min: -1, max: 10_000 }),
    ParallelizationFactor: integer({ min: 1, max: 10 }),
    StartingPosition: oneOf('TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'),
    TumblingWindowInSeconds: integer({ min: 0, max: 900 }),
  },
);

const numbers = [
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'TumblingWindowInSeconds',
];

/**
 * Throws if Lambda would refuse the mapping of a table's stream, or if it has a tumbling window,
 * which is not hosted: without it, the function would not get the state that it needs.
 */
export function checkStreamSource(properties: Properties): void {
  checkLimits(properties, sourceShape, {
    ...limitedValues(properties),
    ...Object.fromEntries(numbers.map((name) => [name, properties.optionalNumber(name)])),
    StartingPosition: properties.optionalText('StartingPosition'),
  });
  refuseParameters(properties, ['Queues', 'ScalingConfig', 'StartingPositionTimestamp', 'Topics']);
  if (!properties.has('StartingPosition')) {
    throw refusal(properties, 'StartingPosition is required for DynamoDB event sources.');
  }
  if (properties.text('StartingPosition') === 'AT_TIMESTAMP') {
    throw refusal(properties, 'AT_TIMESTAMP is not valid for DynamoDB event sources.');
  }
  const maxAge = properties.number('MaximumRecordAgeInSeconds', -1);
  if (maxAge >= 0 && maxAge < 60) {
    throw refusal(properties, 'MaximumRecordAgeInSeconds must be -1, or 60 or more.');
  }
  checkFilters(properties);
  checkDestination(properties);
  if (properties.number('TumblingWindowInSeconds', 0) > 0) {
    throw refusal(properties, 'TumblingWindowInSeconds is not hosted here');
  }
}

/** Discarded records go to standard queues and topics. */
function checkDestination(properties: Properties): void {
  const arn = onFailureOf(properties);
  if (arn === undefined) return;
  const isValid = /^arn:aws[\w-]*:(?:sqs|sns):/u.test(arn) && !arn.endsWith('.fifo');
  if (isValid) return;
  if (/^arn:aws[\w-]*:s3:/u.test(arn)) {
    throw refusal(properties, 'a bucket as the destination of failures is not hosted here');
  }
  throw refusal(
    properties,
    `The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=${arn})) is invalid.`,
  );
}

/** Returns the ARN that discarded records go to. */
export function onFailureOf(properties: Properties): string | undefined {
  return properties.nested('DestinationConfig').nested('OnFailure').optionalText('Destination');
}
