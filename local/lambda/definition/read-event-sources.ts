import type { Resource } from '#local/template/stacks.ts';

/** A mapping that invokes a function with the messages of a queue. */
export interface EventSourceDefinition {
  readonly key: string;
  readonly id: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowMs: number;
  /** How many batches may be processed at once. */
  readonly concurrency: number;
  readonly reportsItemFailures: boolean;
  /** A message must match at least one of these patterns, if there are any. */
  readonly filters: readonly unknown[];
}

/**
 * Reads an AWS::Lambda::EventSourceMapping. Returns `undefined` for sources other than SQS queues.
 */
export function readEventSource(resource: Resource): EventSourceDefinition | undefined {
  const { key, logicalId, properties, stack } = resource;
  const queueArn = properties.text('EventSourceArn');
  if (!queueArn.startsWith('arn:aws:sqs:')) return undefined;
  const isFifo = queueArn.endsWith('.fifo');
  const windowSeconds = properties.number('MaximumBatchingWindowInSeconds', 0);
  const batchSize = properties.number('BatchSize', 10);
  const maxBatchSize = isFifo || windowSeconds === 0 ? 10 : 10_000;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > maxBatchSize) {
    throw new Error(`${key}.BatchSize: must be from 1 to ${maxBatchSize}, not ${batchSize}`);
  }
  const concurrency = properties.nested('ScalingConfig').optionalNumber('MaximumConcurrency');
  if (concurrency !== undefined && (concurrency < 2 || concurrency > 1000)) {
    throw new Error(`${key}.ScalingConfig.MaximumConcurrency: must be from 2 to 1000`);
  }
  const filters = properties.nested('FilterCriteria').list('Filters');
  return {
    key,
    queueArn,
    batchSize,
    id: String(stack.scope.ref(logicalId)),
    functionName: properties.text('FunctionName'),
    isEnabled: properties.flag('Enabled', true),
    windowMs: windowSeconds * 1000,
    // Lambda starts with five pollers and scales up; the local host keeps five.
    concurrency: concurrency ?? 5,
    reportsItemFailures: properties
      .texts('FunctionResponseTypes')
      .includes('ReportBatchItemFailures'),
    filters: filters.map((filter): unknown => JSON.parse(filter.text('Pattern'))),
  };
}
