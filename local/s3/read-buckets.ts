import { readTemplateRule, type CorsRule } from '#local/s3/bucket/cors-rules.ts';
import type { Properties } from '#local/template/properties.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** A bucket of a template. */
export interface BucketDefinition {
  readonly key: string;
  readonly name: string;
  readonly cors: readonly CorsRule[];
  readonly notifications: readonly Notification[];
  /** Whether the default event bus gets all events of its objects. */
  readonly sendsToEventBridge: boolean;
}

/** The target of a bucket's events. */
export interface Notification {
  /** The event or a pattern of events: `ObjectCreated:*`. */
  readonly event: string;
  /** The ARN of a function, a queue or a topic. */
  readonly target: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** Returns the buckets of the stacks. CDK defines their notifications in a custom resource. */
export function readBuckets(stacks: readonly OpenStack[]): readonly BucketDefinition[] {
  const ofType = (type: string): readonly Resource[] => stacks.flatMap((each) => each.ofType(type));
  const custom = ofType('Custom::S3BucketNotifications').map(({ properties }) => properties);
  return ofType('AWS::S3::Bucket').map((bucket) => readBucket(bucket, custom));
}

function readBucket(
  { key, logicalId, properties, stack }: Resource,
  custom: readonly Properties[],
): BucketDefinition {
  const name = String(stack.scope.ref(logicalId));
  const customNotifications = custom
    .filter((item) => item.text('BucketName') === name)
    .map((item) => item.nested('NotificationConfiguration'));
  const notifications = properties.nested('NotificationConfiguration');
  return {
    key,
    name,
    cors: properties.nested('CorsConfiguration').list('CorsRules').map(readTemplateRule),
    notifications: [
      ...notifications
        .list('LambdaConfigurations')
        .map((item) => readNotification(item, 'Function')),
      ...notifications.list('QueueConfigurations').map((item) => readNotification(item, 'Queue')),
      ...notifications.list('TopicConfigurations').map((item) => readNotification(item, 'Topic')),
      ...customNotifications.flatMap(readCustom),
    ],
    sendsToEventBridge:
      notifications
        .nested('EventBridgeConfiguration')
        .flag('EventBridgeEnabled', notifications.has('EventBridgeConfiguration')) ||
      customNotifications.some((item) => item.has('EventBridgeConfiguration')),
  };
}

/** A custom resource uses the member names of the API, which differ from those of the template. */
function readCustom(configuration: Properties): readonly Notification[] {
  const kinds = [
    ['LambdaFunctionConfigurations', 'LambdaFunctionArn'],
    ['QueueConfigurations', 'QueueArn'],
    ['TopicConfigurations', 'TopicArn'],
  ] as const;
  return kinds.flatMap(([list, target]) =>
    configuration.list(list).flatMap((item) => {
      const rules = item.nested('Filter').nested('Key').list('FilterRules');
      return item.texts('Events').map((event) => toNotification(event, item.text(target), rules));
    }),
  );
}

function readNotification(item: Properties, target: string): Notification {
  const rules = item.nested('Filter').nested('S3Key').list('Rules');
  return toNotification(item.text('Event'), item.text(target), rules);
}

function toNotification(event: string, target: string, rules: readonly Properties[]): Notification {
  const affix = (name: string): string =>
    rules.find((rule) => rule.text('Name').toLowerCase() === name)?.text('Value') ?? '';
  return {
    event: event.replace(/^s3:/u, ''),
    target,
    prefix: affix('prefix'),
    suffix: affix('suffix'),
  };
}
