import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { isRecord, list, string, structure, type Shaped } from '#local/wire/shape.ts';
import { sizeOfAttributes, type MessageAttributes } from '#local/sqs/message-attributes.ts';
import { parseJson } from '#local/sns/attributes.ts';
import type { Publication, Topics } from '#local/sns/topics.ts';
import { invalidParameter, isFifo, notFound, type Topic } from '#local/sns/topic.ts';

const attributeEntries = structure({
  entry: list(
    structure({
      Name: string(),
      Value: structure({ DataType: string() }, { StringValue: string(), BinaryValue: string() }),
    }),
  ),
});

/** What `Publish` and each entry of `PublishBatch` have. */
const members = {
  Message: string(),
  Subject: string(),
  MessageStructure: string(),
  MessageAttributes: attributeEntries,
  MessageGroupId: string({ min: 1, max: 128 }),
  MessageDeduplicationId: string({ min: 1, max: 128 }),
};

const memberShape = structure({}, members);

type Input = Shaped<typeof memberShape>;

const maxBytes = 256 * 1024;

/** Returns the operations that publish messages, by name. */
export function publishOperations(topics: Topics): readonly (readonly [string, Operation])[] {
  const requireTopic = (arn: string): Topic => {
    const topic = topics.topic(arn);
    if (topic === undefined) throw notFound('Topic does not exist');
    return topic;
  };
  const publishShape = structure(
    {},
    { TopicArn: string(), TargetArn: string(), PhoneNumber: string(), ...members },
  );
  return [
    [
      'Publish',
      operation(publishShape, (input) => {
        if (input.PhoneNumber !== undefined) {
          throw invalidParameter('PhoneNumber Reason: text messages are not hosted here');
        }
        const arn = input.TopicArn ?? input.TargetArn;
        if (arn === undefined) {
          throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
        }
        if (!arn.startsWith('arn:')) {
          throw invalidParameter('TopicArn Reason: An ARN must have at least 6 elements, not 1');
        }
        return publish(topics, requireTopic(arn), input);
      }),
    ],
    ['PublishBatch', batchOperation(topics, requireTopic)],
  ];
}

function publish(topics: Topics, topic: Topic, input: Input): object {
  const { id, sequenceNumber } = topics.publish(topic, toPublication(topic, input));
  return { MessageId: id, SequenceNumber: sequenceNumber };
}

function toPublication(topic: Topic, input: Input): Publication {
  const { Message = '', Subject: subject, MessageGroupId: groupId } = input;
  if (Message === '') throw invalidParameter('Empty message');
  if (sizeOf(input) > maxBytes) throw invalidParameter('Message too long');
  // SNS takes ASCII without line breaks and control characters (API reference, "Publish").
  const isSubject = subject === undefined || /^[\x21-\x7e][\x20-\x7e]{0,99}$/u.test(subject);
  if (!isSubject) throw invalidParameter('Subject');
  checkFifo(topic, input);
  return {
    texts: readTexts(Message, input.MessageStructure),
    subject,
    attributes: readAttributes(input.MessageAttributes),
    groupId,
    deduplicationId: input.MessageDeduplicationId,
  };
}

function sizeOf({ Message = '', MessageAttributes }: Input): number {
  return Buffer.byteLength(Message) + sizeOfAttributes(toAttributes(MessageAttributes));
}

/** With the structure `json`, a message has a text for each protocol, and one for the others. */
function readTexts(message: string, structureName: string | undefined): Publication['texts'] {
  if (structureName === undefined) return { default: message };
  if (structureName !== 'json') throw invalidParameter('MessageStructure');
  const parsed = parseJson(message);
  if (!isRecord(parsed)) {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const texts = Object.entries(parsed).flatMap(([protocol, text]) =>
    typeof text === 'string' ? [[protocol, text] as const] : [],
  );
  const { default: standard } = Object.fromEntries(texts);
  if (standard === undefined) {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return { ...Object.fromEntries(texts), default: standard };
}

function toAttributes(input: Input['MessageAttributes']): MessageAttributes {
  return Object.fromEntries((input?.entry ?? []).map(({ Name, Value }) => [Name, Value]));
}

function readAttributes(input: Input['MessageAttributes']): MessageAttributes {
  const attributes = toAttributes(input);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    if (!/^(?:String|Number|Binary)(?:\..+)?$/u.test(DataType)) {
      throw invalidValue(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (DataType.startsWith('Number') && !isNumber(StringValue)) {
      throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
    }
    if ((StringValue ?? BinaryValue) === undefined) {
      throw invalidValue(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
      );
    }
  }
  return attributes;
}

/** Filters compare it as a number. An absent value has an error of its own. */
function isNumber(text = '0'): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, {
    queryCode: 'ParameterValueInvalid',
  });
}

function checkFifo(topic: Topic, input: Input): void {
  if (!isFifo(topic)) {
    if (input.MessageDeduplicationId === undefined) return;
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  if (input.MessageGroupId === undefined) {
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  }
  const isByContent = topic.attributes['ContentBasedDeduplication'] === 'true';
  if (input.MessageDeduplicationId === undefined && !isByContent) {
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

function batchOperation(topics: Topics, requireTopic: (arn: string) => Topic): Operation {
  const entryShape = structure({ Id: string() }, members);
  const shape = structure({ TopicArn: string() }, { PublishBatchRequestEntries: list(entryShape) });
  return operation(shape, ({ TopicArn, PublishBatchRequestEntries: entries = [] }) => {
    const topic = requireTopic(TopicArn);
    checkEntries(entries.map(({ Id }) => Id));
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maxBytes) {
      throw batchError(
        'BatchRequestTooLong',
        'The length of all the messages put together is more than the limit.',
      );
    }
    const results = entries.map((entry) => tryToPublish(topics, topic, entry));
    return {
      Successful: results.flatMap(({ success }) => success ?? []),
      Failed: results.flatMap(({ failure }) => failure ?? []),
    };
  });
}

function tryToPublish(
  topics: Topics,
  topic: Topic,
  { Id, ...input }: Input & { readonly Id: string },
): { readonly success?: object; readonly failure?: object } {
  try {
    return { success: { Id, ...publish(topics, topic, input) } };
  } catch (thrown) {
    const { code, queryCode, message, status } = toAwsError(thrown);
    const failure = { Id, Code: queryCode ?? code, Message: message };
    return { failure: { ...failure, SenderFault: status < 500 } };
  }
}

function checkEntries(ids: readonly string[]): void {
  if (ids.length === 0) {
    throw batchError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  }
  if (ids.length > 10) {
    const message = 'The batch request contains more entries than permissible.';
    throw batchError('TooManyEntriesInBatchRequest', message);
  }
  if (new Set(ids).size < ids.length) {
    const message = 'Two or more batch entries in the request have the same Id.';
    throw batchError('BatchEntryIdsNotDistinct', message);
  }
  if (ids.every((id) => /^[\w-]{1,80}$/u.test(id))) return;
  throw batchError(
    'InvalidBatchEntryId',
    "The Id of a batch entry in a batch request doesn't abide by the specification.",
  );
}

function batchError(queryCode: string, message: string): AwsError {
  return new AwsError(`${queryCode}Exception`, message, { queryCode });
}
