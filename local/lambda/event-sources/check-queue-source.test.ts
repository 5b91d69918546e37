import { expect, test } from 'vitest';
import { checkQueueSource } from '#local/lambda/event-sources/check-queue-source.ts';
import { readProperties } from '#local/template/properties.ts';

type Values = Readonly<Record<string, unknown>>;

const check = (
  values: Values,
  { isFifo = false, visibility = 30, functionTimeout = 3 } = {},
): void =>
  checkQueueSource(readProperties('Source', values), isFifo, { visibility, functionTimeout });

const limits = (value: string, member: string, rule: string): string =>
  `Source: 1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${rule}`;
const windowNeeded =
  'Source: Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10';
const filters = (...patterns: readonly unknown[]): Values => ({
  FilterCriteria: {
    Filters: patterns.map((pattern) => ({
      Pattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern),
    })),
  },
});

test.each<[Values]>([
  [{}],
  [{ BatchSize: 1 }],
  [{ BatchSize: '10', MaximumBatchingWindowInSeconds: '0' }],
  [{ BatchSize: 10_000, MaximumBatchingWindowInSeconds: 1 }],
  [{ MaximumBatchingWindowInSeconds: 300 }],
  [{ ScalingConfig: { MaximumConcurrency: 2 } }],
  [{ ScalingConfig: { MaximumConcurrency: 1000 } }],
  [{ FunctionResponseTypes: ['ReportBatchItemFailures'] }],
  [filters(...Array.from({ length: 5 }, () => ({ body: {} })))],
])('a mapping with %j is accepted', (values) => {
  expect(() => check(values)).not.toThrow();
});

test.each<[Values, string]>([
  [{ BatchSize: 0 }, limits('0', 'batchSize', 'have value greater than or equal to 1')],
  [{ BatchSize: 10_001 }, limits('10001', 'batchSize', 'have value less than or equal to 10000')],
  [{ BatchSize: 11 }, windowNeeded],
  [{ BatchSize: 10_000, MaximumBatchingWindowInSeconds: 0 }, windowNeeded],
  [
    { MaximumBatchingWindowInSeconds: 301 },
    limits('301', 'maximumBatchingWindowInSeconds', 'have value less than or equal to 300'),
  ],
  [
    { MaximumBatchingWindowInSeconds: -1 },
    limits('-1', 'maximumBatchingWindowInSeconds', 'have value greater than or equal to 0'),
  ],
  [
    { ScalingConfig: { MaximumConcurrency: 1 } },
    limits('1', 'scalingConfig.maximumConcurrency', 'have value greater than or equal to 2'),
  ],
  [
    { ScalingConfig: { MaximumConcurrency: 1001 } },
    limits('1001', 'scalingConfig.maximumConcurrency', 'have value less than or equal to 1000'),
  ],
  [
    { FunctionResponseTypes: ['ReportBatchItemFailure'] },
    limits(
      '[ReportBatchItemFailure]',
      'functionResponseTypes',
      'satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures]]',
    ),
  ],
  [
    filters('x'.repeat(4097)),
    limits(
      'x'.repeat(4097),
      'filterCriteria.filters.1.member.pattern',
      'have length less than or equal to 4096',
    ),
  ],
  [{ StartingPosition: 'LATEST' }, 'Source: StartingPosition is not valid for SQS event sources.'],
  [
    { ParallelizationFactor: 2 },
    'Source: Unsupported ParallelizationFactor parameter for given event source mapping type.',
  ],
  [
    filters(...Array.from({ length: 6 }, () => ({ body: {} }))),
    'Source: FilterCriteria: 6 filters exceed the quota of 5',
  ],
])('a mapping is refused: %j', (values, message) => {
  expect(() => check(values)).toThrow(new Error(message));
});

test('several wrong values are reported together', () => {
  expect(() => check({ BatchSize: 0, MaximumBatchingWindowInSeconds: 400 })).toThrow(
    /^Source: 2 validation errors detected: .* at 'batchSize' .*; Value '400' at /u,
  );
});

test('a FIFO queue has no window, and so at most ten messages in a batch', () => {
  const fifo = { isFifo: true };
  expect(() => check({ BatchSize: 10 }, fifo)).not.toThrow();
  expect(() => check({ BatchSize: 11 }, fifo)).toThrow(windowNeeded);
  const message = 'Source: Batching window is not supported for FIFO queues';
  expect(() => check({ MaximumBatchingWindowInSeconds: 1 }, fifo)).toThrow(message);
  expect(() => check({ BatchSize: 11, MaximumBatchingWindowInSeconds: 1 }, fifo)).toThrow(message);
});

test.each<[unknown]>([
  [{ body: { kind: ['a', 1, true, null, ''] } }],
  [{ body: { n: [{ numeric: ['>', 0, '<=', 5] }, { numeric: ['=', 3] }] } }],
  [{ body: { a: [{ exists: false }], b: [{ prefix: 'x' }], c: [{ suffix: 'y' }] } }],
  [{ body: { a: [{ prefix: { 'equals-ignore-case': 'x' } }, { 'equals-ignore-case': 'y' }] } }],
  [{ body: { a: [{ 'anything-but': ['x', 1] }], b: [{ 'anything-but': { prefix: 'x' } }] } }],
  [{ $or: [{ body: ['a'] }, { messageId: ['b'] }] }],
])('the filter %j is accepted', (pattern) => {
  expect(() => check(filters(pattern))).not.toThrow();
});

test.each<[unknown]>([
  ['not JSON'],
  [''],
  ['"text"'],
  ['null'],
  [[{ body: ['a'] }]],
  [{ body: 'a' }],
  [{ body: { kind: 'a' } }],
  [{ body: { kind: [] } }],
  [{ body: { kind: [['a']] } }],
  [{ body: { kind: [{}] } }],
  [{ body: { kind: [{ prefix: 'a', suffix: 'b' }] } }],
  [{ body: { kind: [{ startsWith: 'a' }] } }],
  [{ body: { kind: [{ prefix: 1 }] } }],
  [{ body: { kind: [{ exists: 'yes' }] } }],
  [{ body: { n: [{ numeric: ['>', '0'] }] } }],
  [{ body: { n: [{ numeric: ['=>', 0] }] } }],
  [{ body: { n: [{ numeric: ['>', 0, '<'] }] } }],
  [{ body: { n: [{ 'anything-but': [] }] } }],
  [{ $or: [{ body: ['a'] }] }],
])('the filter %j is refused', (pattern) => {
  const message = 'Source: Invalid filter pattern definition.';
  expect(() => check(filters(pattern))).toThrow(new Error(message));
});

test('a queue must hide its messages for as long as its function may run', () => {
  const times = { visibility: 30, functionTimeout: 60 };
  expect(() => check({}, times)).toThrow(
    'Source: Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
  );
  expect(() => check({}, { ...times, isFifo: true })).toThrow('Queue visibility timeout: 30');
  expect(() => check({}, { visibility: 60, functionTimeout: 60 })).not.toThrow();
  expect(() => check({}, { visibility: 0, functionTimeout: 0 })).not.toThrow();
});
