import type { Clock } from '#local/process/clock.ts';
import type { ObjectApi } from '#local/s3/objects.ts';
import type { BucketDefinition, Notification } from '#local/s3/read-buckets.ts';

/** Hands a text to what an ARN names. */
export type Deliver = (arn: string, message: { readonly body: string }) => void;

export interface NotifierSettings {
  readonly region: string;
  readonly clock: Clock;
  buckets(): readonly BucketDefinition[];
  readonly deliver: Deliver;
}

/** Tells functions and queues of what happens in buckets, as their notifications ask for it. */
export function notifier({
  region,
  clock,
  buckets,
  deliver,
}: NotifierSettings): ObjectApi['happened'] {
  let sequence = 0;
  return (event, bucket, { key, size, etag }) => {
    const notifications = buckets().find(({ name }) => name === bucket)?.notifications ?? [];
    for (const notification of notifications.filter((each) => isWanted(each, event, key))) {
      sequence += 1;
      const record = {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(clock.now()).toISOString(),
        eventName: event,
        userIdentity: { principalId: 'local' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: notification.event,
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'local' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            // Keys are told as a form would send them.
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            size,
            eTag: etag.replaceAll('"', ''),
            sequencer: sequence.toString(16).padStart(18, '0').toUpperCase(),
          },
        },
      };
      deliver(notification.target, { body: JSON.stringify({ Records: [record] }) });
    }
  };
}

function isWanted({ event, prefix, suffix }: Notification, happened: string, key: string): boolean {
  const isKind = event.endsWith('*') ? happened.startsWith(event.slice(0, -1)) : event === happened;
  return isKind && key.startsWith(prefix) && key.endsWith(suffix);
}
