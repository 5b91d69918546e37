import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';

export interface AlarmTarget {
  /** The ARN of a topic that exists. */
  readonly topicArn?: string | undefined;
  /** An address that confirms its subscription to a topic of the stack. */
  readonly email?: string | undefined;
}

/** Returns what alarms inform: a topic that exists, a new one with an address, both, or nothing. */
export function alarmActions(
  stack: Stack,
  { topicArn, email }: AlarmTarget,
): readonly IAlarmAction[] {
  const existing =
    topicArn === undefined ? [] : [Topic.fromTopicArn(stack, 'AlarmTarget', topicArn)];
  const created = email === undefined ? [] : [addTopic(stack, email)];
  return [...existing, ...created].map((topic) => new SnsAction(topic));
}

function addTopic(stack: Stack, email: string): Topic {
  const topic = new Topic(stack, 'Alarms', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(email));
  // A policy of its own replaces the topic's default one, by which alarms could publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        ArnLike: {
          'aws:SourceArn': stack.formatArn({
            service: 'cloudwatch',
            resource: 'alarm',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
  return topic;
}
