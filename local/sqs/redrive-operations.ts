import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { integer, string, structure } from '#local/wire/shape.ts';
import { queueName } from '#local/sqs/operations.ts';
import { invalidParameter, type Queue } from '#local/sqs/queue.ts';
import type { Queues } from '#local/sqs/queues.ts';

/** What the operations on queues work with. */
export interface QueueApi {
  readonly queues: Queues;
  /** Returns the URL of a queue. */
  urlOf(name: string): string;
  now(): number;
}

interface MoveTask {
  readonly SourceArn: string;
  readonly DestinationArn: string | undefined;
  readonly moved: number;
  readonly startedAt: number;
}

/** Returns the operations that move messages from a dead-letter queue to their source queues. */
export function redriveOperations(api: QueueApi): readonly (readonly [string, Operation])[] {
  const { queues, urlOf, now } = api;
  const tasks: MoveTask[] = [];
  return [
    [
      'ListDeadLetterSourceQueues',
      operation(structure({ QueueUrl: string() }), ({ QueueUrl }) => {
        const { arn } = queues.get(queueName(QueueUrl));
        return { queueUrls: sourcesOf(queues, arn).map(({ name }) => urlOf(name)) };
      }),
    ],
    [
      'StartMessageMoveTask',
      operation(structure({ SourceArn: string() }, { DestinationArn: string() }), (input) => {
        const { SourceArn, DestinationArn } = input;
        const moved = moveAll(queues, SourceArn, DestinationArn);
        tasks.unshift({ SourceArn, DestinationArn, moved, startedAt: now() });
        return { TaskHandle: Buffer.from(randomUUID()).toString('base64') };
      }),
    ],
    [
      'ListMessageMoveTasks',
      operation(structure({ SourceArn: string() }, { MaxResults: integer() }), (input) => ({
        Results: tasks.filter(({ SourceArn }) => SourceArn === input.SourceArn).map(toResult),
      })),
    ],
  ];
}

function sourcesOf(queues: Queues, arn: string): readonly Queue[] {
  return queues.all().filter(({ settings }) => settings.redrive?.deadLetterArn === arn);
}

/** Returns the number of moved messages. Throws if the source is not a dead-letter queue. */
function moveAll(queues: Queues, sourceArn: string, destinationArn: string | undefined): number {
  const source = requireQueue(queues, sourceArn);
  const sources = sourcesOf(queues, sourceArn);
  if (sources.length === 0) {
    throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  }
  const destination =
    destinationArn === undefined ? undefined : requireQueue(queues, destinationArn);
  const messages = queues.messages.all(source.name);
  for (const { seq, sourceArn: origin } of messages) {
    const to = destination ?? queues.byArn(origin ?? '') ?? sources[0];
    if (to === undefined) continue;
    queues.messages.move(seq, to.name, null);
    queues.wakeReceivers(to.name);
  }
  return messages.length;
}

function toResult({ SourceArn, DestinationArn, moved, startedAt }: MoveTask): object {
  return {
    SourceArn,
    DestinationArn,
    Status: 'COMPLETED',
    StartedTimestamp: startedAt,
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: moved,
  };
}

function requireQueue(queues: Queues, arn: string): Queue {
  const queue = queues.byArn(arn);
  if (queue !== undefined) return queue;
  const message = "The resource that you specified for the SourceArn parameter doesn't exist.";
  throw new AwsError('ResourceNotFoundException', message);
}
