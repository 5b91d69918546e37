import { isRecord } from '#local/wire/shape.ts';
import { shortId } from '#local/template/identities/naming.ts';
import { inResource, readTags, type Properties } from '#local/template/properties.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';
import { checkSubscription, checkTopic } from '#local/sns/attributes.ts';
import type { Topics } from '#local/sns/topics.ts';
import type { Subscription, Topic } from '#local/sns/topic.ts';

/** The topics of some stacks with their subscriptions. */
export interface TopicDefinitions {
  readonly topics: readonly Topic[];
  readonly subscriptions: readonly Subscription[];
}

/** The properties of an AWS::SNS::Topic that are not attributes. */
const nonAttributes: ReadonlySet<string> = new Set([
  'DataProtectionPolicy',
  'DeliveryStatusLogging',
  'Subscription',
  'Tags',
  'TopicName',
]);

/**
 * Reads the topics and subscriptions of some stacks. Warns of subscriptions whose endpoints are not
 * hosted here. Throws an error that names the resource which SNS would refuse.
 */
export function readTopics(
  stacks: readonly OpenStack[],
  { warn }: { warn(message: string): void },
): TopicDefinitions {
  const read = stacks.flatMap((stack) => stack.ofType('AWS::SNS::Topic')).map(readTopic);
  const topics = read.map(({ topic }) => topic);
  const separate = stacks.flatMap((stack) =>
    stack
      .ofType('AWS::SNS::Subscription')
      .map(({ key, properties }) => ({ key, properties, topicArn: properties.text('TopicArn') })),
  );
  const subscriptions = [...read.flatMap(({ inline }) => inline), ...separate].flatMap((each) => {
    const topic = topics.find(({ arn }) => arn === each.topicArn);
    const protocol = each.properties.text('Protocol');
    if (topic !== undefined && (protocol === 'sqs' || protocol === 'lambda')) {
      return [readSubscription(each, topic, protocol)];
    }
    const what = topic === undefined ? each.topicArn : `the protocol ${protocol}`;
    warn(`${each.key}: ${what} is not hosted here, so the subscription is left out`);
    return [];
  });
  return { topics, subscriptions };
}

interface WrittenSubscription {
  readonly key: string;
  readonly topicArn: string;
  readonly properties: Properties;
}

function readTopic({ key, logicalId, properties, stack }: Resource): {
  readonly topic: Topic;
  readonly inline: readonly WrittenSubscription[];
} {
  const arn = String(stack.scope.ref(logicalId));
  const name = String(stack.scope.attribute(logicalId, 'TopicName'));
  const names = properties.names().filter((each) => !nonAttributes.has(each));
  const isStandard = !properties.flag('FifoTopic');
  const attributes = textsOf(
    properties,
    names.filter((each) => !isStandard || each !== 'FifoTopic'),
  );
  inResource(key, () => checkTopic(name, attributes));
  const inline = properties
    .list('Subscription')
    .map((each) => ({ key: each.key, topicArn: arn, properties: each }));
  const tags = readTags(properties);
  const topic = { name, arn, attributes, tags, by: 'template' as const };
  return { topic, inline };
}

const subscriptionAttributes = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'SubscriptionRoleArn',
];

function readSubscription(
  { key, properties }: WrittenSubscription,
  topic: Topic,
  protocol: Subscription['protocol'],
): Subscription {
  const endpoint = properties.text('Endpoint');
  const names = subscriptionAttributes.filter((name) => properties.has(name));
  const attributes = textsOf(properties, names);
  inResource(key, () => checkSubscription(topic, { protocol, endpoint, attributes }));
  const arn = subscriptionArn(topic.arn, key);
  return { arn, topicArn: topic.arn, protocol, endpoint, attributes, by: 'template' };
}

/** Returns the ARN of a subscription, which is the same at every start. */
function subscriptionArn(topicArn: string, key: string): string {
  return `${topicArn}:${shortId(`${topicArn} ${key}`, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-')}`;
}

/** Attributes are texts, as in the API: objects become JSON. */
function textsOf(
  properties: Properties,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const entries = names.map((name) => {
    const value = properties.raw(name);
    return [name, isRecord(value) ? JSON.stringify(value) : String(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Makes the topics those of the templates, and keeps those that the API made. */
export function declareTopics(topics: Topics, declared: TopicDefinitions): void {
  const all = [...declared.topics, ...declared.subscriptions];
  const arns = new Set(all.map(({ arn }) => arn));
  const isGone = ({ by, arn }: Topic | Subscription): boolean =>
    by === 'template' && !arns.has(arn);
  for (const { arn } of topics.subscriptions().filter(isGone)) topics.deleteSubscription(arn);
  for (const { arn } of topics.topics().filter(isGone)) topics.deleteTopic(arn);
  declared.topics.forEach(topics.putTopic);
  declared.subscriptions.forEach(topics.putSubscription);
}
