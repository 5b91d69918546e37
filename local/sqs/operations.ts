import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { integer, list, string, structure, type Shaped } from '#local/wire/shape.ts';
import { batchError, runBatch } from '#local/sqs/batch.ts';
import {
  md5,
  md5OfAttributes,
  messageAttributes,
  parseAttributes,
  sizeOfAttributes,
} from '#local/sqs/message-attributes.ts';
import { invalidParameter, noSuchQueue, outOfRange, type Queue } from '#local/sqs/queue.ts';
import type { StoredMessage } from '#local/sqs/queue-store.ts';
import { invalidReceipt, type Queues } from '#local/sqs/queues.ts';

const sendMembers = {
  DelaySeconds: integer({ min: 0, max: 900 }),
  MessageAttributes: messageAttributes,
  MessageSystemAttributes: messageAttributes,
  MessageDeduplicationId: string({ min: 1, max: 128 }),
  MessageGroupId: string({ min: 1, max: 128 }),
};
const sendShape = structure({ QueueUrl: string() }, { ...sendMembers, MessageBody: string() });
const sendEntry = structure({ Id: string(), MessageBody: string() }, sendMembers);

type SendInput = Omit<Shaped<typeof sendShape>, 'QueueUrl'>;

/** Returns the operations on messages, by name. */
export function messageOperations(queues: Queues): readonly (readonly [string, Operation])[] {
  const queueOf = (url: string): Queue => queues.get(queueName(url));
  return [
    ['SendMessage', operation(sendShape, (input) => send(queues, queueOf(input.QueueUrl), input))],
    [
      'SendMessageBatch',
      operation(structure({ QueueUrl: string(), Entries: list(sendEntry) }), (input) => {
        const queue = queueOf(input.QueueUrl);
        const size = input.Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
        if (size > queue.settings.maximumMessageSize) {
          const message = `Batch requests cannot be longer than ${queue.settings.maximumMessageSize} bytes. You have sent ${size} bytes.`;
          throw batchError('BatchRequestTooLong', message);
        }
        return runBatch(input.Entries, (entry) => send(queues, queue, entry));
      }),
    ],
    ['ReceiveMessage', receiveOperation(queues, queueOf)],
    [
      'DeleteMessage',
      operation(structure({ QueueUrl: string(), ReceiptHandle: string() }), (input) =>
        remove(queues, queueOf(input.QueueUrl), input.ReceiptHandle),
      ),
    ],
    [
      'DeleteMessageBatch',
      operation(
        structure({
          QueueUrl: string(),
          Entries: list(structure({ Id: string(), ReceiptHandle: string() })),
        }),
        ({ QueueUrl, Entries }) => {
          const queue = queueOf(QueueUrl);
          return runBatch(Entries, ({ ReceiptHandle }) => remove(queues, queue, ReceiptHandle));
        },
      ),
    ],
    ...visibilityOperations(queues, queueOf),
  ];
}

function visibilityOperations(
  queues: Queues,
  queueOf: (url: string) => Queue,
): readonly (readonly [string, Operation])[] {
  const members = { ReceiptHandle: string(), VisibilityTimeout: integer({ min: 0, max: 43_200 }) };
  return [
    [
      'ChangeMessageVisibility',
      operation(structure({ QueueUrl: string(), ...members }), (input) => {
        const { ReceiptHandle, VisibilityTimeout } = input;
        queues.changeVisibility(queueOf(input.QueueUrl), ReceiptHandle, VisibilityTimeout * 1000);
      }),
    ],
    [
      'ChangeMessageVisibilityBatch',
      operation(
        structure({ QueueUrl: string(), Entries: list(structure({ Id: string(), ...members })) }),
        ({ QueueUrl, Entries }) => {
          const queue = queueOf(QueueUrl);
          return runBatch(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
            queues.changeVisibility(queue, ReceiptHandle, VisibilityTimeout * 1000);
            return {};
          });
        },
      ),
    ],
  ];
}

/** Returns the name at the end of a queue's URL. Throws if the URL has none. */
export function queueName(url: string): string {
  const name = url.split('/').at(-1);
  if (name === undefined || name === '') throw noSuchQueue();
  return name;
}

function sizeOf({ MessageBody = '', MessageAttributes: attributes }: SendInput): number {
  return Buffer.byteLength(MessageBody) + sizeOfAttributes(attributes ?? {});
}

function send(queues: Queues, queue: Queue, input: SendInput): object {
  const { MessageBody: body = '', MessageGroupId: groupId, DelaySeconds } = input;
  const { settings } = queue;
  if (body === '') throw missingParameter('MessageBody');
  checkContent(input);
  const size = sizeOf(input);
  if (size > settings.maximumMessageSize) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${settings.maximumMessageSize} bytes.`,
    );
  }
  if (settings.isFifo) checkFifo(queue, input);
  const attributes = input.MessageAttributes ?? {};
  const { id, seq } = queues.send(queue, {
    body,
    groupId,
    attributes: JSON.stringify(attributes),
    trace: input.MessageSystemAttributes?.['AWSTraceHeader']?.StringValue,
    deduplicationId: input.MessageDeduplicationId,
    delayMs: (DelaySeconds ?? settings.delay) * 1000,
  });
  return {
    MessageId: id,
    MD5OfMessageBody: md5(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    ...(settings.isFifo ? { SequenceNumber: sequenceNumber(seq) } : {}),
  };
}

/** Only characters of XML are allowed, and up to ten attributes of supported types. */
function checkContent({ MessageBody = '', MessageAttributes: attributes = {} }: SendInput): void {
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(MessageBody)) {
    throw new AwsError(
      'InvalidMessageContents',
      'The message contains characters outside the allowed set.',
    );
  }
  const all = Object.entries(attributes);
  if (all.length > 10)
    throw invalidParameter('Number of message attributes exceeds the allowed maximum [10].');
  for (const [name, { DataType }] of all) {
    if (/^(?:String|Number|Binary)(?:\..+)?$/u.test(DataType)) continue;
    throw invalidParameter(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
}

function checkFifo({ settings }: Queue, input: SendInput): void {
  if (input.MessageGroupId === undefined) throw missingParameter('MessageGroupId');
  if (input.DelaySeconds !== undefined && input.DelaySeconds !== settings.delay) {
    throw invalidParameter(
      `Value ${input.DelaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
  if (input.MessageDeduplicationId === undefined && !settings.deduplicatesByContent) {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

/** Twenty digits, as in SQS's sequence numbers of FIFO queues. */
function sequenceNumber(seq: number): string {
  return String(18_800_000_000_000_000_000n + BigInt(seq));
}

const receiveShape = structure(
  { QueueUrl: string() },
  {
    MaxNumberOfMessages: integer(),
    VisibilityTimeout: integer({ min: 0, max: 43_200 }),
    WaitTimeSeconds: integer({ min: 0, max: 20 }),
    AttributeNames: list(string()),
    MessageSystemAttributeNames: list(string()),
    MessageAttributeNames: list(string()),
    ReceiveRequestAttemptId: string(),
  },
);

function receiveOperation(queues: Queues, queueOf: (url: string) => Queue): Operation {
  return operation(receiveShape, async (input, { gone }) => {
    const queue = queueOf(input.QueueUrl);
    const { settings } = queue;
    const { MaxNumberOfMessages: max = 1 } = input;
    if (max < 1 || max > 10) throw outOfRange('MaxNumberOfMessages', max, [1, 10]);
    const messages = await queues.receive(queue, {
      max,
      visibilityMs: (input.VisibilityTimeout ?? settings.visibility) * 1000,
      waitMs: (input.WaitTimeSeconds ?? settings.receiveWait) * 1000,
      signal: gone,
    });
    const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
    const ownNames = input.MessageAttributeNames ?? [];
    const Messages = messages.map((message) => toMessage(message, names, ownNames));
    return Messages.length === 0 ? {} : { Messages };
  });
}

/** `names` are the requested system attributes, and `ownNames` those of the message itself. */
function toMessage(
  message: StoredMessage,
  names: readonly string[],
  ownNames: readonly string[],
): object {
  const system = Object.entries(systemAttributes(message)).filter(
    ([name]) => names.includes('All') || names.includes(name),
  );
  const all = parseAttributes(message.attributes);
  const own = Object.fromEntries(
    Object.entries(all).filter(([name]) => ownNames.some((pattern) => matches(pattern, name))),
  );
  const hasOwn = Object.keys(own).length > 0;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...(hasOwn ? { MessageAttributes: own, MD5OfMessageAttributes: md5OfAttributes(own) } : {}),
  };
}

/** `All` and `.*` match all names, and `prefix.*` those that begin with the prefix. */
function matches(pattern: string, name: string): boolean {
  if (pattern === 'All' || pattern === '.*') return true;
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : pattern === name;
}

/** Returns the system attributes of a message. All values are text. */
export function systemAttributes(message: StoredMessage): Readonly<Record<string, string>> {
  const { seq, groupId, deduplicationId, sourceArn, trace } = message;
  const fifo =
    groupId === undefined
      ? {}
      : {
          MessageGroupId: groupId,
          MessageDeduplicationId: deduplicationId ?? '',
          SequenceNumber: sequenceNumber(seq),
        };
  return {
    SenderId: 'local',
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...fifo,
    ...(sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: sourceArn }),
    ...(trace === undefined ? {} : { AWSTraceHeader: trace }),
  };
}

function remove(queues: Queues, queue: Queue, receipt: string): object {
  if (!/^[\da-f-]{72}$/u.test(receipt)) throw invalidReceipt(receipt);
  // Deleting a message that no longer exists succeeds.
  queues.remove(queue, receipt);
  return {};
}
