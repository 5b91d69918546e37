import { isRecord } from '#local/wire/shape.ts';
import { patternProblem } from '#local/events/pattern-problem.ts';
import { record } from '#local/template/json.ts';
import { invalidParameter, isFifo, type Subscription, type Topic } from '#local/sns/topic.ts';

type Attributes = Readonly<Record<string, string>>;

const topicAttributes: ReadonlySet<string> = new Set([
  'ArchivePolicy',
  'ContentBasedDeduplication',
  'DataProtectionPolicy',
  'DeliveryPolicy',
  'DisplayName',
  'FifoThroughputScope',
  'FifoTopic',
  'KmsMasterKeyId',
  'Policy',
  'SignatureVersion',
  'TracingConfig',
]);

/** Attributes of a topic that say where its deliveries are logged. */
const feedback =
  /^(?:HTTP|Firehose|Lambda|Application|SQS)(?:Success|Failure)Feedback(?:RoleArn|SampleRate)$/u;

/** Throws SNS's error for a name or attributes that a topic cannot have. */
export function checkTopic(name: string, attributes: Attributes): void {
  const unknown = Object.keys(attributes).find(
    (key) => !topicAttributes.has(key) && !feedback.test(key),
  );
  if (unknown !== undefined) throw invalidParameter('AttributeName');
  const isFifoTopic = attributes['FifoTopic'] === 'true';
  const form = isFifoTopic ? /^[\w-]{1,251}\.fifo$/u : /^[\w-]{1,256}$/u;
  if (form.test(name)) return;
  throw invalidParameter(
    isFifoTopic
      ? 'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.'
      : 'Topic Name',
  );
}

const subscriptionAttributes: ReadonlySet<string> = new Set([
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'ReplayPolicy',
  'SubscriptionRoleArn',
]);

/** Throws SNS's error for attributes that a subscription cannot have. */
export function checkSubscription(
  topic: Topic,
  { protocol, endpoint, attributes }: Pick<Subscription, 'protocol' | 'endpoint' | 'attributes'>,
): void {
  const unknown = Object.keys(attributes).find((key) => !subscriptionAttributes.has(key));
  if (unknown !== undefined) throw invalidParameter('AttributeName');
  const service = protocol === 'sqs' ? 'SQS' : 'Lambda';
  if (!endpoint.startsWith(`arn:aws:${service.toLowerCase()}:`)) {
    throw invalidParameter(`${service} endpoint ARN`);
  }
  if (isFifo(topic) && protocol !== 'sqs') {
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO topics can only be subscribed to by SQS queues',
    );
  }
  if (!isFifo(topic) && endpoint.endsWith('.fifo')) {
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  }
  const isRaw = attributes['RawMessageDelivery'];
  if (isRaw !== undefined && !['true', 'false'].includes(isRaw.toLowerCase())) {
    throw invalidParameter(
      'Attributes Reason: RawMessageDelivery: Invalid value. Must be true or false.',
    );
  }
  if (isRaw === 'true' && protocol === 'lambda') {
    throw invalidParameter(
      'Attributes Reason: Delivery protocol [lambda] does not support raw message delivery.',
    );
  }
  checkFilterPolicy(attributes);
  checkRedrivePolicy(attributes['RedrivePolicy']);
}

const maxKeys = 5;

/** A policy has up to five keys, which are nested only if it is about the body of messages. */
function checkFilterPolicy({
  FilterPolicy,
  FilterPolicyScope = 'MessageAttributes',
}: Attributes): void {
  if (!['MessageAttributes', 'MessageBody'].includes(FilterPolicyScope)) {
    throw invalidParameter(
      `FilterPolicyScope: Invalid value [${FilterPolicyScope}]. Please use either MessageBody or MessageAttributes`,
    );
  }
  if (FilterPolicy === undefined || FilterPolicy === '') return;
  const policy = parseJson(FilterPolicy);
  if (!isRecord(policy)) throw invalidParameter('FilterPolicy: failed to parse JSON.');
  const isNested = Object.entries(policy).some(([key, rule]) => key !== '$or' && isRecord(rule));
  if (isNested && FilterPolicyScope === 'MessageAttributes') {
    throw invalidParameter(
      'Filter policy scope MessageAttributes does not support nested filter policy',
    );
  }
  const problem = patternProblem(policy);
  if (problem !== undefined) throw invalidParameter(`FilterPolicy: ${problem}`);
  if (leavesOf(policy) > maxKeys) {
    throw invalidParameter(`FilterPolicy: Filter policy can not have more than ${maxKeys} keys`);
  }
}

function leavesOf(policy: Readonly<Record<string, unknown>>): number {
  return Object.values(policy).reduce<number>(
    (count, rule) => count + (isRecord(rule) ? leavesOf(rule) : 1),
    0,
  );
}

function checkRedrivePolicy(policy: string | undefined): void {
  if (policy === undefined || policy === '') return;
  const { deadLetterTargetArn: arn } = record(parseJson(policy));
  if (typeof arn === 'string' && arn.startsWith('arn:aws:sqs:')) return;
  throw invalidParameter('RedrivePolicy: deadLetterTargetArn is an invalid arn');
}

/** Returns the queue that gets what a subscription could not take. */
export function deadLetterArn({ attributes }: Subscription): string | undefined {
  const { deadLetterTargetArn: arn } = record(parseJson(attributes['RedrivePolicy'] ?? ''));
  return typeof arn === 'string' ? arn : undefined;
}

/** Returns the value of a JSON text, and undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
