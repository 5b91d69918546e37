import { checkQueueSource } from '#local/lambda/event-sources/check-queue-source.ts';
import { checkStreamSource, onFailureOf } from '#local/lambda/event-sources/check-stream-source.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** A mapping that invokes a function with what a source has. */
export type EventSourceDefinition = QueueSource | StreamSource;

interface EventSource {
  readonly key: string;
  readonly id: string;
  readonly sourceArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly reportsItemFailures: boolean;
  /** A message or record must match at least one of these patterns, if there are any. */
  readonly filters: readonly unknown[];
}

/** A mapping that invokes a function with the messages of a queue. */
export interface QueueSource extends EventSource {
  readonly type: 'queue';
  /** How many batches are processed at once. */
  readonly concurrency: number;
  /** The limit of that in the template, if there is one. */
  readonly maximumConcurrency: number | undefined;
}

/** A mapping that invokes a function with the records of a table's stream. */
export interface StreamSource extends EventSource {
  readonly type: 'stream';
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** How many batches are processed at once. Items of one partition key are never in two of them. */
  readonly parallelization: number;
  /** Whether a batch that fails is cut in two. */
  readonly bisects: boolean;
  /** How often a batch is tried again; Infinity by default. */
  readonly maxRetries: number;
  /** After this time a record is discarded; Infinity by default. */
  readonly maxAgeMs: number;
  /** What is notified of discarded records. */
  readonly onFailure: string | undefined;
}

/** What warns of sources that do not invoke their functions. */
interface Warnings {
  warn(message: string): void;
}

/**
 * Reads the event source mappings of the stacks. Warns of sources that are neither queues nor
 * streams of tables of the stacks, and leaves them out.
 */
export function readEventSources(
  stacks: readonly OpenStack[],
  { warn }: Warnings,
): readonly EventSourceDefinition[] {
  const ofType = (type: string): readonly Resource[] => stacks.flatMap((each) => each.ofType(type));
  const queues = secondsByName(ofType('AWS::SQS::Queue'), {
    nameOf: ({ stack, logicalId }) => stack.scope.attribute(logicalId, 'Arn'),
    property: ['VisibilityTimeout', 30],
  });
  const timeouts = secondsByName(ofType('AWS::Lambda::Function'), {
    nameOf: ({ stack, logicalId }) => stack.scope.ref(logicalId),
    property: ['Timeout', 3],
  });
  const tables = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap(ofType);
  const streams = new Map(
    tables.map((table) => [table.stack.scope.attribute(table.logicalId, 'StreamArn'), table]),
  );
  return ofType('AWS::Lambda::EventSourceMapping').flatMap(
    (resource): readonly EventSourceDefinition[] => {
      const { key, properties } = resource;
      // Kafka of one's own has no ARN.
      const source = properties.optionalText('EventSourceArn') ?? 'SelfManagedEventSource';
      const visibility = queues.get(source);
      if (visibility !== undefined) {
        const functionTimeout = timeouts.get(nameIn(properties.text('FunctionName')));
        checkQueueSource(properties, source.endsWith('.fifo'), { visibility, functionTimeout });
        return [readQueueSource(resource, source)];
      }
      const table = streams.get(source);
      if (table !== undefined) return [readStreamSource(resource, source, table)];
      warn(
        `${key}: ${reasonOf(source)}, so ${source} does not invoke ${properties.text('FunctionName')} here`,
      );
      return [];
    },
  );
}

/** Returns a property of resources, by what else calls them. */
function secondsByName(
  resources: readonly Resource[],
  {
    nameOf,
    property: [name, fallback],
  }: {
    readonly nameOf: (resource: Resource) => unknown;
    readonly property: readonly [name: string, fallback: number];
  },
): ReadonlyMap<unknown, number> {
  return new Map(
    resources.map((resource) => [nameOf(resource), resource.properties.number(name, fallback)]),
  );
}

/** Returns why a source does not invoke its function. */
function reasonOf(source: string): string {
  if (source.startsWith('arn:aws:sqs:')) return 'the queue is not in the template';
  if (source.startsWith('arn:aws:dynamodb:')) return 'the table is not in the template';
  return 'only queues and streams of tables are hosted as event sources';
}

/** Returns the name in a function's name or ARN, with or without a qualifier. */
function nameIn(nameOrArn: string): string | undefined {
  const parts = nameOrArn.split(':');
  const place = parts.indexOf('function');
  return place === -1 ? parts[0] : parts[place + 1];
}

function readQueueSource(resource: Resource, queueArn: string): QueueSource {
  const scaling = resource.properties.nested('ScalingConfig');
  const maximumConcurrency = scaling.optionalNumber('MaximumConcurrency');
  return {
    ...readSource(resource, queueArn, 10),
    type: 'queue',
    // Lambda starts with five pollers and scales up; the local host keeps five.
    concurrency: maximumConcurrency ?? 5,
    maximumConcurrency,
  };
}

function readStreamSource(resource: Resource, arn: string, table: Resource): StreamSource {
  const { key, properties } = resource;
  // CloudFormation does not find the attribute then.
  if (!table.properties.has('StreamSpecification')) {
    throw new Error(`${key}: ${table.key} has no StreamSpecification, and so no StreamArn`);
  }
  checkStreamSource(properties);
  const orInfinity = (name: string): number => {
    const value = properties.number(name, -1);
    return value === -1 ? Infinity : value;
  };
  return {
    ...readSource(resource, arn, 100),
    type: 'stream',
    startingPosition: properties.choice('StartingPosition', ['TRIM_HORIZON', 'LATEST']),
    parallelization: properties.number('ParallelizationFactor', 1),
    bisects: properties.flag('BisectBatchOnFunctionError'),
    maxRetries: orInfinity('MaximumRetryAttempts'),
    maxAgeMs: orInfinity('MaximumRecordAgeInSeconds') * 1000,
    onFailure: onFailureOf(properties),
  };
}

function readSource(resource: Resource, sourceArn: string, batchSize: number): EventSource {
  const { key, logicalId, properties, stack } = resource;
  const filters = properties.nested('FilterCriteria').list('Filters');
  const responseTypes = properties.texts('FunctionResponseTypes');
  return {
    key,
    sourceArn,
    batchSize: properties.number('BatchSize', batchSize),
    id: String(stack.scope.ref(logicalId)),
    functionName: properties.text('FunctionName'),
    isEnabled: properties.flag('Enabled', true),
    windowMs: properties.number('MaximumBatchingWindowInSeconds', 0) * 1000,
    reportsItemFailures: responseTypes.includes('ReportBatchItemFailures'),
    filters: filters.map((filter): unknown => JSON.parse(filter.text('Pattern'))),
  };
}
