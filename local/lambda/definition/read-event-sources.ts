import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** A mapping that invokes a function with the messages of a queue. */
export interface EventSourceDefinition {
  readonly key: string;
  readonly id: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowMs: number;
  /** How many batches are processed at once. */
  readonly concurrency: number;
  /** The limit of that in the template, if there is one. */
  readonly maximumConcurrency: number | undefined;
  readonly reportsItemFailures: boolean;
  /** A message must match at least one of these patterns, if there are any. */
  readonly filters: readonly unknown[];
}

/**
 * Reads the event source mappings of the stacks. Warns of sources that are not queues of the stacks
 * and leaves them out.
 */
export function readEventSources(
  stacks: readonly OpenStack[],
  { warn }: { warn(message: string): void },
): readonly EventSourceDefinition[] {
  const ofType = (type: string): readonly Resource[] => stacks.flatMap((each) => each.ofType(type));
  const queues = new Set(
    ofType('AWS::SQS::Queue').map(({ stack, logicalId }) =>
      stack.scope.attribute(logicalId, 'Arn'),
    ),
  );
  return ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const { key, properties } = resource;
    // Kafka of one's own has no ARN.
    const source = properties.optionalText('EventSourceArn') ?? 'SelfManagedEventSource';
    if (queues.has(source)) return [readQueueSource(resource, source)];
    const isQueue = source.startsWith('arn:aws:sqs:');
    const reason = isQueue
      ? 'the queue is not in the template'
      : 'only queues are hosted as event sources';
    warn(`${key}: ${reason}, so ${source} does not invoke ${properties.text('FunctionName')} here`);
    return [];
  });
}

function readQueueSource(resource: Resource, queueArn: string): EventSourceDefinition {
  const { key, logicalId, properties, stack } = resource;
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
    maximumConcurrency: concurrency,
    reportsItemFailures: properties
      .texts('FunctionResponseTypes')
      .includes('ReportBatchItemFailures'),
    filters: filters.map((filter): unknown => JSON.parse(filter.text('Pattern'))),
  };
}
