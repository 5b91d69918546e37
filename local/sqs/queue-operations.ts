import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { integer, list, map, string, structure } from '#local/wire/shape.ts';
import { queueName } from '#local/sqs/operations.ts';
import { redriveOperations } from '#local/sqs/redrive-operations.ts';
import { invalidParameter, type Attributes, type Queue } from '#local/sqs/queue.ts';
import type { Queues } from '#local/sqs/queues.ts';
import type { QueueApi } from '#local/sqs/redrive-operations.ts';

const byUrl = structure({ QueueUrl: string() });

/** Returns the operations on queues, by name. */
export function queueOperations(api: QueueApi): readonly (readonly [string, Operation])[] {
  const { queues, urlOf, now } = api;
  const queueOf = (url: string): Queue => queues.get(queueName(url));
  return [
    [
      'CreateQueue',
      operation(createShape, (input) => createQueue(api, input.QueueName, input.Attributes)),
    ],
    [
      'GetQueueUrl',
      operation(
        structure({ QueueName: string() }, { QueueOwnerAWSAccountId: string() }),
        (input) => ({
          QueueUrl: urlOf(queues.get(input.QueueName).name),
        }),
      ),
    ],
    ['ListQueues', operation(listShape, (input) => listQueues(api, input.QueueNamePrefix ?? ''))],
    ['DeleteQueue', operation(byUrl, ({ QueueUrl }) => queues.delete(queueOf(QueueUrl).name))],
    [
      'PurgeQueue',
      operation(byUrl, ({ QueueUrl }) => queues.messages.purge(queueOf(QueueUrl).name)),
    ],
    [
      'GetQueueAttributes',
      operation(structure({ QueueUrl: string() }, { AttributeNames: list(string()) }), (input) => {
        const names = input.AttributeNames ?? [];
        const all = Object.entries(allAttributes(queueOf(input.QueueUrl), queues, now()));
        const requested = all.filter(([name]) => names.includes('All') || names.includes(name));
        return { Attributes: Object.fromEntries(requested) };
      }),
    ],
    [
      'SetQueueAttributes',
      operation(structure({ QueueUrl: string(), Attributes: map(string()) }), (input) => {
        const queue = queueOf(input.QueueUrl);
        queues.put(queue.name, { ...queue.attributes, ...input.Attributes });
      }),
    ],
    ...tagOperations(queueOf),
    ...redriveOperations(api),
  ];
}

const createShape = structure(
  { QueueName: string() },
  { Attributes: map(string()), tags: map(string()) },
);
const listShape = structure(
  {},
  { QueueNamePrefix: string(), MaxResults: integer({ min: 1, max: 1000 }), NextToken: string() },
);

function createQueue(
  { queues, urlOf }: QueueApi,
  name: string,
  attributes: Attributes = {},
): object {
  if (!/^[\w-]{1,80}(?:\.fifo)?$/u.test(name) || name.length > 80) {
    throw invalidParameter(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const existing = queues.all().find((queue) => queue.name === name);
  if (existing === undefined) queues.put(name, attributes);
  else {
    const different = Object.entries(attributes).find(
      ([key, value]) => existing.attributes[key] !== value,
    );
    if (different !== undefined) {
      const message = `A queue already exists with the same name and a different value for attribute ${different[0]}`;
      throw new AwsError('QueueNameExists', message, { queryCode: 'QueueAlreadyExists' });
    }
  }
  return { QueueUrl: urlOf(name) };
}

function listQueues({ queues, urlOf }: QueueApi, prefix: string): object {
  const names = queues.all().map(({ name }) => name);
  const matches = names.filter((name) => name.startsWith(prefix));
  return matches.length === 0 ? {} : { QueueUrls: matches.map(urlOf) };
}

function allAttributes(queue: Queue, queues: Queues, nowMs: number): Attributes {
  const { settings } = queue;
  const { visible, inFlight, delayed } = queues.messages.counts(queue.name, nowMs);
  const createdAt = String(Math.floor(queue.createdAt / 1000));
  return {
    DelaySeconds: String(settings.delay),
    MaximumMessageSize: String(settings.maximumMessageSize),
    MessageRetentionPeriod: String(settings.retention),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWait),
    VisibilityTimeout: String(settings.visibility),
    SqsManagedSseEnabled: 'true',
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: createdAt,
    LastModifiedTimestamp: createdAt,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}

type Operations = readonly (readonly [string, Operation])[];

function tagOperations(queueOf: (url: string) => Queue): Operations {
  const tags = new Map<string, Readonly<Record<string, string>>>();
  return [
    [
      'TagQueue',
      operation(structure({ QueueUrl: string(), Tags: map(string()) }), ({ QueueUrl, Tags }) => {
        const { name } = queueOf(QueueUrl);
        tags.set(name, { ...tags.get(name), ...Tags });
      }),
    ],
    [
      'ListQueueTags',
      operation(byUrl, ({ QueueUrl }) => ({ Tags: tags.get(queueOf(QueueUrl).name) })),
    ],
  ];
}
