import { randomUUID } from 'node:crypto';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { string, structure, type Shaped } from '#local/wire/shape.ts';
import { accountId } from '#local/template/stack-context.ts';
import { checkSubscription } from '#local/sns/attributes.ts';
import { invalidToken, requireTopic } from '#local/sns/topic-operations.ts';
import type { Topics } from '#local/sns/topics.ts';
import { flag, invalidParameter, notFound, textMap, type Subscription } from '#local/sns/topic.ts';

const byArn = structure({ SubscriptionArn: string() });

const subscribeShape = structure(
  { TopicArn: string(), Protocol: string() },
  { Endpoint: string(), Attributes: textMap, ReturnSubscriptionArn: flag },
);

/** Returns the operations on subscriptions, by name. */
export function subscriptionOperations(topics: Topics): readonly (readonly [string, Operation])[] {
  return [
    ['Subscribe', operation(subscribeShape, (input) => subscribe(topics, input))],
    [
      'Unsubscribe',
      operation(byArn, ({ SubscriptionArn }) => topics.deleteSubscription(SubscriptionArn)),
    ],
    [
      'ListSubscriptions',
      operation(structure({}, { NextToken: string() }), ({ NextToken }) =>
        listPage(topics.subscriptions(), NextToken),
      ),
    ],
    [
      'ListSubscriptionsByTopic',
      operation(structure({ TopicArn: string() }, { NextToken: string() }), (input) => {
        const { arn } = requireTopic(topics, input.TopicArn);
        return listPage(topics.subscriptions(arn), input.NextToken);
      }),
    ],
    [
      'GetSubscriptionAttributes',
      operation(byArn, ({ SubscriptionArn }) => ({
        Attributes: new Map(
          Object.entries(allAttributes(requireSubscription(topics, SubscriptionArn))),
        ),
      })),
    ],
    [
      'SetSubscriptionAttributes',
      operation(
        structure(
          { SubscriptionArn: string(), AttributeName: string() },
          { AttributeValue: string() },
        ),
        ({ SubscriptionArn, AttributeName, AttributeValue = '' }) => {
          const subscription = requireSubscription(topics, SubscriptionArn);
          const attributes = { ...subscription.attributes, [AttributeName]: AttributeValue };
          const changed = { ...subscription, attributes };
          checkSubscription(requireTopic(topics, subscription.topicArn), changed);
          topics.putSubscription(changed);
        },
      ),
    ],
  ];
}

function requireSubscription(topics: Topics, arn: string): Subscription {
  const subscription = topics.subscription(arn);
  if (subscription === undefined) throw notFound('Subscription does not exist');
  return subscription;
}

/** Protocols of SNS whose endpoints are not hosted here. */
const otherProtocols = /^(?:http|https|email|email-json|sms|application|firehose)$/u;

/** Subscribing again with the same attributes returns the subscription that there is. */
function subscribe(topics: Topics, input: Shaped<typeof subscribeShape>): object {
  const { TopicArn, Protocol, Endpoint: endpoint = '', Attributes: attributes = {} } = input;
  const topic = requireTopic(topics, TopicArn);
  if (Protocol !== 'sqs' && Protocol !== 'lambda') {
    const isOther = otherProtocols.test(Protocol);
    throw invalidParameter(
      isOther ? `Protocol Reason: ${Protocol} is not hosted here` : 'Protocol',
    );
  }
  const wanted: Pick<Subscription, 'protocol' | 'endpoint' | 'attributes'> = {
    protocol: Protocol,
    endpoint,
    attributes,
  };
  checkSubscription(topic, wanted);
  const existing = topics
    .subscriptions(topic.arn)
    .find((each) => each.protocol === Protocol && each.endpoint === endpoint);
  if (existing === undefined) {
    const arn = `${topic.arn}:${randomUUID()}`;
    topics.putSubscription({ ...wanted, arn, topicArn: topic.arn, by: 'api' });
    return { SubscriptionArn: arn };
  }
  const isSame = Object.entries(attributes).every(
    ([name, value]) => existing.attributes[name] === value,
  );
  if (isSame) return { SubscriptionArn: existing.arn };
  throw invalidParameter(
    'Attributes Reason: Subscription already exists with different attributes',
  );
}

function listPage(all: readonly Subscription[], token: string | undefined): object {
  const page = pageOf(all, { keyOf: ({ arn }) => arn, size: 100, token, invalid: invalidToken });
  const Subscriptions = page.items.map(({ arn, topicArn, protocol, endpoint }) => ({
    SubscriptionArn: arn,
    Owner: accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  }));
  return { Subscriptions, NextToken: page.token };
}

function allAttributes(subscription: Subscription): Readonly<Record<string, string>> {
  const { arn, topicArn, protocol, endpoint, attributes } = subscription;
  const hasPolicy = attributes['FilterPolicy'] !== undefined;
  return {
    SubscriptionArn: arn,
    TopicArn: topicArn,
    Owner: accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    ConfirmationWasAuthenticated: 'true',
    PendingConfirmation: 'false',
    RawMessageDelivery: 'false',
    ...(hasPolicy ? { FilterPolicyScope: 'MessageAttributes' } : {}),
    ...attributes,
  };
}
