import { expect, test } from 'vitest';
import { checkStreamSource } from '#local/lambda/event-sources/check-stream-source.ts';
import { readProperties } from '#local/template/properties.ts';

type Values = Readonly<Record<string, unknown>>;

const check = (values: Values): void =>
  checkStreamSource(readProperties('Source', { StartingPosition: 'LATEST', ...values }));

const limits = (value: string, member: string, rule: string): string =>
  `Source: 1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${rule}`;
const above = (limit: number): string => `have value less than or equal to ${limit}`;
const below = (limit: number): string => `have value greater than or equal to ${limit}`;
const onFailure = (Destination: string): Values => ({
  DestinationConfig: { OnFailure: { Destination } },
});

test.each<[Values]>([
  [{}],
  [{ StartingPosition: 'TRIM_HORIZON' }],
  [{ BatchSize: 10_000, MaximumBatchingWindowInSeconds: 0 }],
  [{ MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: -1 }],
  [{ MaximumRetryAttempts: '10000', MaximumRecordAgeInSeconds: 604_800 }],
  [{ MaximumRecordAgeInSeconds: 60, ParallelizationFactor: 10 }],
  [{ BisectBatchOnFunctionError: true, TumblingWindowInSeconds: 0 }],
  [onFailure('arn:aws:sqs:us-east-1:000000000000:dead')],
  [onFailure('arn:aws:sns:us-east-1:000000000000:dead')],
])('a mapping with %j is accepted', (values) => {
  expect(() => check(values)).not.toThrow();
});

test.each<[Values, string]>([
  [{ BatchSize: 0 }, limits('0', 'batchSize', below(1))],
  [{ BatchSize: 10_001 }, limits('10001', 'batchSize', above(10_000))],
  [{ MaximumRetryAttempts: -2 }, limits('-2', 'maximumRetryAttempts', below(-1))],
  [{ MaximumRetryAttempts: 10_001 }, limits('10001', 'maximumRetryAttempts', above(10_000))],
  [
    { MaximumRecordAgeInSeconds: 604_801 },
    limits('604801', 'maximumRecordAgeInSeconds', above(604_800)),
  ],
  [
    { MaximumRecordAgeInSeconds: 59 },
    'Source: MaximumRecordAgeInSeconds must be -1, or 60 or more.',
  ],
  [{ ParallelizationFactor: 0 }, limits('0', 'parallelizationFactor', below(1))],
  [{ ParallelizationFactor: 11 }, limits('11', 'parallelizationFactor', above(10))],
  [
    { StartingPosition: 'NOW' },
    limits(
      'NOW',
      'startingPosition',
      'satisfy enum value set: [TRIM_HORIZON, LATEST, AT_TIMESTAMP]',
    ),
  ],
  [
    { StartingPosition: undefined },
    'Source: StartingPosition is required for DynamoDB event sources.',
  ],
  [
    { StartingPosition: 'AT_TIMESTAMP' },
    'Source: AT_TIMESTAMP is not valid for DynamoDB event sources.',
  ],
  [
    { ScalingConfig: { MaximumConcurrency: 2 } },
    'Source: Unsupported ScalingConfig parameter for given event source mapping type.',
  ],
  [{ TumblingWindowInSeconds: 60 }, 'Source: TumblingWindowInSeconds is not hosted here'],
  [
    onFailure('arn:aws:sqs:us-east-1:000000000000:dead.fifo'),
    'Source: The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=arn:aws:sqs:us-east-1:000000000000:dead.fifo)) is invalid.',
  ],
  [
    onFailure('arn:aws:s3:::bucket'),
    'Source: a bucket as the destination of failures is not hosted here',
  ],
  [
    { FilterCriteria: { Filters: [{ Pattern: '{"eventName":"INSERT"}' }] } },
    'Source: Invalid filter pattern definition.',
  ],
])('a mapping is refused: %j', (values, message) => {
  expect(() => check(values)).toThrow(new Error(message));
});
