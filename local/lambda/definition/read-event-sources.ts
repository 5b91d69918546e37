import type { Resource } from '#local/template/stacks.ts';

/** A queue whose messages a function is given. */
export interface EventSourceDefinition {
  readonly key: string;
  readonly id: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowMs: number;
  /** How many invocations it may have at once. */
  readonly concurrency: number;
  readonly reportsItemFailures: boolean;
  /** Patterns of which a message must match one. */
  readonly filters: readonly unknown[];
}

/** Reads an AWS::Lambda::EventSourceMapping of a queue; nothing for one of another kind. */
export function readEventSource(resource: Resource): EventSourceDefinition | undefined {
  const { key, logicalId, properties, stack } = resource;
  const queueArn = properties.text('EventSourceArn');
  if (!queueArn.startsWith('arn:aws:sqs:')) return undefined;
  const isFifo = queueArn.endsWith('.fifo');
  const windowSeconds = properties.number('MaximumBatchingWindowInSeconds', 0);
  const batchSize = properties.number('BatchSize', 10);
  const most = isFifo || windowSeconds === 0 ? 10 : 10_000;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > most) {
    throw new Error(`${key}.BatchSize: must be from 1 to ${most}, not ${batchSize}`);
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
    // Lambda begins with five pollers and adds more; here there are five.
    concurrency: concurrency ?? 5,
    reportsItemFailures: properties
      .texts('FunctionResponseTypes')
      .includes('ReportBatchItemFailures'),
    filters: filters.map((filter): unknown => JSON.parse(filter.text('Pattern'))),
  };
}
