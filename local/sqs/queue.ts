import { AwsError } from '#local/wire/aws-error.ts';
import { record } from '#local/template/json.ts';

/** The attributes of a queue that this host applies. Times are in seconds. */
export interface QueueSettings {
  readonly delay: number;
  readonly maximumMessageSize: number;
  readonly retention: number;
  readonly receiveWait: number;
  readonly visibility: number;
  readonly redrive: Redrive | undefined;
  readonly isFifo: boolean;
  readonly deduplicatesByContent: boolean;
  /** Whether a deduplication id applies to one message group only. */
  readonly deduplicatesByGroup: boolean;
}

/** When a message moves to the dead-letter queue. */
export interface Redrive {
  readonly deadLetterArn: string;
  readonly maxReceives: number;
}

/** A queue: its settings, and its attributes as in the API request or the template. */
export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly attributes: Attributes;
  readonly settings: QueueSettings;
}

/** The attributes of a queue as the API has them. */
export type Attributes = Readonly<Record<string, string>>;

/** The range of each numeric attribute, in seconds or bytes (SQS API reference). */
const ranges: Readonly<Record<string, readonly [min: number, max: number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};

const otherAttributes: ReadonlySet<string> = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
]);

/** Reads the attributes of a queue. Throws SQS's error for an unknown or invalid attribute. */
export function readSettings(name: string, attributes: Attributes): QueueSettings {
  for (const [attribute, value] of Object.entries(attributes)) checkAttribute(attribute, value);
  const isFifo = attributes['FifoQueue'] === 'true';
  if (isFifo !== name.endsWith('.fifo')) {
    throw invalidParameter(
      isFifo
        ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.'
        : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const number = (attribute: string, fallback: number): number =>
    Number(attributes[attribute] ?? fallback);
  return {
    isFifo,
    delay: number('DelaySeconds', 0),
    maximumMessageSize: number('MaximumMessageSize', 1_048_576),
    retention: number('MessageRetentionPeriod', 345_600),
    receiveWait: number('ReceiveMessageWaitTimeSeconds', 0),
    visibility: number('VisibilityTimeout', 30),
    redrive: readRedrive(attributes['RedrivePolicy']),
    deduplicatesByContent: attributes['ContentBasedDeduplication'] === 'true',
    deduplicatesByGroup: attributes['DeduplicationScope'] === 'messageGroup',
  };
}

function checkAttribute(attribute: string, value: string): void {
  const range = Object.hasOwn(ranges, attribute) ? ranges[attribute] : undefined;
  if (range === undefined) {
    if (otherAttributes.has(attribute)) return;
    throw new AwsError('InvalidAttributeName', `Unknown Attribute ${attribute}.`);
  }
  const [min, max] = range;
  const isWithin = /^\d+$/u.test(value) && Number(value) >= min && Number(value) <= max;
  if (isWithin) return;
  throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${attribute}.`);
}

function readRedrive(policy: string | undefined): Redrive | undefined {
  if (policy === undefined || policy === '') return undefined;
  try {
    const { deadLetterTargetArn: deadLetterArn, maxReceiveCount } = record(JSON.parse(policy));
    const maxReceives = Number(maxReceiveCount);
    const isCount = maxReceives >= 1 && maxReceives <= 1000;
    if (typeof deadLetterArn === 'string' && isCount) return { maxReceives, deadLetterArn };
  } catch {
    // Invalid JSON is reported below.
  }
  throw new AwsError('InvalidAttributeValue', 'Value for parameter RedrivePolicy is invalid.');
}

/** Returns SQS's error for an invalid parameter. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/** Returns SQS's error for a number out of range, which differs from the text of other services. */
export function outOfRange(
  name: string,
  value: number,
  [min, max]: readonly [number, number],
): AwsError {
  const range = `Must be between ${min} and ${max}, if provided.`;
  return invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${range}`);
}

/** Returns SQS's error for a queue that does not exist, with the code of its query protocol. */
export function noSuchQueue(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
  });
}
