import { checkQueueSource } from '#local/lambda/definition/check-queue-source.ts';
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
  const queues = new Map(
    ofType('AWS::SQS::Queue').map(({ stack, logicalId, properties }) => [
      stack.scope.attribute(logicalId, 'Arn'),
      properties.number('VisibilityTimeout', 30),
    ]),
  );
  const timeouts = new Map(
    ofType('AWS::Lambda::Function').map(({ stack, logicalId, properties }) => [
      stack.scope.ref(logicalId),
      properties.number('Timeout', 3),
    ]),
  );
  return ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const { key, properties } = resource;
    // Kafka of one's own has no ARN.
    const source = properties.optionalText('EventSourceArn') ?? 'SelfManagedEventSource';
    const visibility = queues.get(source);
    if (visibility !== undefined) {
      const functionTimeout = timeouts.get(nameIn(properties.text('FunctionName')));
      checkQueueSource(properties, source.endsWith('.fifo'), { visibility, functionTimeout });
      return [readQueueSource(resource, source)];
    }
    const isQueue = source.startsWith('arn:aws:sqs:');
    const reason = isQueue
      ? 'the queue is not in the template'
      : 'only queues are hosted as event sources';
    warn(`${key}: ${reason}, so ${source} does not invoke ${properties.text('FunctionName')} here`);
    return [];
  });
}

/** Returns the name in a function's name or ARN, with or without a qualifier. */
function nameIn(nameOrArn: string): string | undefined {
  const parts = nameOrArn.split(':');
  const place = parts.indexOf('function');
  return place === -1 ? parts[0] : parts[place + 1];
}

function readQueueSource(resource: Resource, queueArn: string): EventSourceDefinition {
  const { key, logicalId, properties, stack } = resource;
  const concurrency = properties.nested('ScalingConfig').optionalNumber('MaximumConcurrency');
  const filters = properties.nested('FilterCriteria').list('Filters');
  return {
    key,
    queueArn,
    batchSize: properties.number('BatchSize', 10),
    id: String(stack.scope.ref(logicalId)),
    functionName: properties.text('FunctionName'),
    isEnabled: properties.flag('Enabled', true),
    windowMs: properties.number('MaximumBatchingWindowInSeconds', 0) * 1000,
    // Lambda starts with five pollers and scales up; the local host keeps five.
    concurrency: concurrency ?? 5,
    maximumConcurrency: concurrency,
    reportsItemFailures: properties
      .texts('FunctionResponseTypes')
      .includes('ReportBatchItemFailures'),
    filters: filters.map((filter): unknown => JSON.parse(filter.text('Pattern'))),
  };
}
