import type { CorsDefinition } from '#local/function-url/read-urls.ts';
import type { Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

export interface BucketDefinition {
  readonly key: string;
  readonly name: string;
  readonly cors: readonly CorsDefinition[];
  readonly notifications: readonly Notification[];
}

/** Who is told of what happens in a bucket. */
export interface Notification {
  /** `ObjectCreated:*` */
  readonly event: string;
  /** The ARN of a function or a queue. */
  readonly target: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** Reads an AWS::S3::Bucket. */
export function readBucket({ key, logicalId, properties, stack }: Resource): BucketDefinition {
  const notifications = properties.nested('NotificationConfiguration');
  return {
    key,
    name: String(stack.scope.ref(logicalId)),
    cors: properties.nested('CorsConfiguration').list('CorsRules').map(readCors),
    notifications: [
      ...notifications
        .list('LambdaConfigurations')
        .map((item) => readNotification(item, 'Function')),
      ...notifications.list('QueueConfigurations').map((item) => readNotification(item, 'Queue')),
    ],
  };
}

function readCors(rule: Properties): CorsDefinition {
  return {
    allowOrigins: rule.texts('AllowedOrigins'),
    allowMethods: rule.texts('AllowedMethods'),
    allowHeaders: rule.texts('AllowedHeaders'),
    exposeHeaders: rule.texts('ExposedHeaders'),
    allowCredentials: false,
    maxAge: rule.optionalNumber('MaxAge'),
  };
}

function readNotification(item: Properties, target: string): Notification {
  const rules = item.nested('Filter').nested('S3Key').list('Rules');
  const affix = (name: string): string =>
    rules.find((rule) => rule.text('Name').toLowerCase() === name)?.text('Value') ?? '';
  return {
    event: item.text('Event').replace(/^s3:/u, ''),
    target: item.text(target),
    prefix: affix('prefix'),
    suffix: affix('suffix'),
  };
}
