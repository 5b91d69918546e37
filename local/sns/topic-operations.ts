import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { list, string, structure } from '#local/wire/shape.ts';
import { accountId } from '#local/template/stack-context.ts';
import { checkTopic } from '#local/sns/attributes.ts';
import type { Topics } from '#local/sns/topics.ts';
import { invalidParameter, notFound, tagList, textMap, type Topic } from '#local/sns/topic.ts';
import { fromTags, toTags, withoutTags } from '#local/wire/rpc/tags.ts';

const byArn = structure({ TopicArn: string() });

/** Returns a topic. Throws SNS's error if there is none. */
export function requireTopic(topics: Topics, arn: string): Topic {
  const topic = topics.topic(arn);
  if (topic === undefined) throw notFound('Topic does not exist');
  return topic;
}

/** Returns the operations on topics, by name. */
export function topicOperations(
  topics: Topics,
  region: string,
): readonly (readonly [string, Operation])[] {
  return [
    ['CreateTopic', createTopic(topics, region)],
    ['DeleteTopic', operation(byArn, ({ TopicArn }) => topics.deleteTopic(TopicArn))],
    [
      'ListTopics',
      operation(structure({}, { NextToken: string() }), ({ NextToken: token }) => {
        const page = pageOf(topics.topics(), { keyOf, size: 100, token, invalid: invalidToken });
        return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), NextToken: page.token };
      }),
    ],
    [
      'GetTopicAttributes',
      operation(byArn, ({ TopicArn }) => ({
        Attributes: new Map(Object.entries(allAttributes(requireTopic(topics, TopicArn), topics))),
      })),
    ],
    [
      'SetTopicAttributes',
      operation(
        structure({ TopicArn: string(), AttributeName: string() }, { AttributeValue: string() }),
        ({ TopicArn, AttributeName, AttributeValue = '' }) => {
          const topic = requireTopic(topics, TopicArn);
          if (AttributeName === 'FifoTopic') throw invalidParameter('AttributeName');
          const attributes = { ...topic.attributes, [AttributeName]: AttributeValue };
          checkTopic(topic.name, attributes);
          topics.putTopic({ ...topic, attributes });
        },
      ),
    ],
    ...tagOperations(topics),
  ];
}

function createTopic(topics: Topics, region: string): Operation {
  const shape = structure({ Name: string() }, { Attributes: textMap, Tags: tagList });
  return operation(shape, ({ Name: name, Attributes: attributes = {}, Tags }) => {
    checkTopic(name, attributes);
    const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
    const existing = topics.topic(arn);
    if (existing === undefined) {
      topics.putTopic({ name, arn, attributes, tags: toTags(Tags), by: 'api' });
      return { TopicArn: arn };
    }
    const isSame = Object.entries(attributes).every(
      ([key, value]) => existing.attributes[key] === value,
    );
    if (isSame) return { TopicArn: arn };
    throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
  });
}

function keyOf({ arn }: { readonly arn: string }): string {
  return arn;
}

/** Returns the error for a token that was not returned by an operation. */
export function invalidToken(): AwsError {
  return invalidParameter('NextToken');
}

function allAttributes(
  { arn, attributes }: Topic,
  topics: Topics,
): Readonly<Record<string, string>> {
  return {
    TopicArn: arn,
    Owner: accountId,
    DisplayName: '',
    SubscriptionsConfirmed: String(topics.subscriptions(arn).length),
    SubscriptionsPending: '0',
    SubscriptionsDeleted: '0',
    ...attributes,
  };
}

function tagOperations(topics: Topics): readonly (readonly [string, Operation])[] {
  const find = (arn: string): Topic => {
    const topic = topics.topic(arn);
    if (topic !== undefined) return topic;
    throw new AwsError('ResourceNotFoundException', 'Resource does not exist', {
      status: 404,
      queryCode: 'ResourceNotFound',
    });
  };
  const resource = { ResourceArn: string() };
  return [
    [
      'TagResource',
      operation(structure({ ...resource, Tags: tagList }), ({ ResourceArn, Tags }) => {
        const topic = find(ResourceArn);
        topics.putTopic({ ...topic, tags: { ...topic.tags, ...toTags(Tags) } });
        return {};
      }),
    ],
    [
      'UntagResource',
      operation(structure({ ...resource, TagKeys: list(string()) }), (input) => {
        const topic = find(input.ResourceArn);
        topics.putTopic({ ...topic, tags: withoutTags(topic.tags, input.TagKeys) });
        return {};
      }),
    ],
    [
      'ListTagsForResource',
      operation(structure(resource), ({ ResourceArn }) => ({
        Tags: fromTags(find(ResourceArn).tags),
      })),
    ],
  ];
}
