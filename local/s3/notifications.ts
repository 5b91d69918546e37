import { randomBytes } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import type { ObjectApi } from '#local/s3/objects.ts';
import type { BucketDefinition, Notification } from '#local/s3/read-buckets.ts';

/** Sends a message to the function, queue or other resource of an ARN. */
export type Deliver = (arn: string, message: { readonly body: string }) => void;

/** The settings of the bucket notifications. */
export interface NotifierSettings {
  readonly region: string;
  readonly clock: Clock;
  buckets(): readonly BucketDefinition[];
  readonly deliver: Deliver;
}

/** Returns a function that sends the events of buckets to their notification targets. */
export function createNotifier({
  region,
  clock,
  buckets,
  deliver,
}: NotifierSettings): ObjectApi['emitEvent'] {
  let sequence = 0;
  return (event, bucket, { key, size, etag }) => {
    const notifications = buckets().find(({ name }) => name === bucket)?.notifications ?? [];
    for (const notification of notifications.filter((each) =>
      matchesNotification(each, event, key),
    )) {
      sequence += 1;
      const record = {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(clock.now()).toISOString(),
        eventName: event,
        userIdentity: { principalId: 'local' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
          'x-amz-id-2': randomBytes(57).toString('base64'),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: notification.event,
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'local' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            // Keys are encoded like the values of a form.
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            // A removed object has neither.
            ...(event.startsWith('ObjectRemoved') ? {} : { size, eTag: etag.replaceAll('"', '') }),
            sequencer: sequence.toString(16).padStart(18, '0').toUpperCase(),
          },
        },
      };
      deliver(notification.target, { body: JSON.stringify({ Records: [record] }) });
    }
  };
}

function matchesNotification(
  { event: pattern, prefix, suffix }: Notification,
  event: string,
  key: string,
): boolean {
  const isEvent = pattern.endsWith('*')
    ? event.startsWith(pattern.slice(0, -1))
    : event === pattern;
  return isEvent && key.startsWith(prefix) && key.endsWith(suffix);
}
