import { randomBytes } from 'node:crypto';
import type { NewEvent } from '#local/events/bus/put-events.ts';
import type { Deliver } from '#local/lambda/invoke/delivery.ts';
import type { Clock } from '#local/process/clock.ts';
import type { ObjectApi } from '#local/s3/objects.ts';
import { accountId } from '#local/template/stack-context.ts';
import type { BucketDefinition, Notification } from '#local/s3/read-buckets.ts';

/** The settings of the bucket notifications. */
export interface NotifierSettings {
  readonly region: string;
  readonly clock: Clock;
  buckets(): readonly BucketDefinition[];
  readonly deliver: Deliver;
  /** Puts an event on the default bus. */
  emit(event: NewEvent): void;
}

/** Returns a function that sends the events of buckets to their notification targets. */
export function createNotifier(settings: NotifierSettings): ObjectApi['emitEvent'] {
  const { buckets, deliver, emit } = settings;
  let sequence = 0;
  return (event, bucket, object) => {
    const definition = buckets().find(({ name }) => name === bucket);
    if (definition === undefined) return;
    sequence += 1;
    const change = { ...object, event, bucket, sequence };
    if (definition.sendsToEventBridge) emit(busEvent(change));
    for (const notification of definition.notifications) {
      if (!matchesNotification(notification, event, object.key)) continue;
      const body = JSON.stringify({
        Records: [notificationRecord(change, notification, settings)],
      });
      deliver(notification.target, { body, subject: 'Amazon S3 Notification' });
    }
  };
}

function notificationRecord(
  { event, bucket, key, size, etag, sequence }: ObjectEvent,
  notification: Notification,
  { region, clock }: NotifierSettings,
): object {
  return {
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
        sequencer: sequencer(sequence),
      },
    },
  };
}

function sequencer(sequence: number): string {
  return sequence.toString(16).padStart(18, '0').toUpperCase();
}

interface ObjectEvent {
  /** As in notifications: `ObjectCreated:Put`. */
  readonly event: string;
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly sequence: number;
}

/** Why an object changed, as EventBridge names it. */
const reasons: Readonly<Record<string, string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
};

/** The event of an object on EventBridge (S3 user guide, "EventBridge event message structure"). */
function busEvent({ event, bucket, key, size, etag, sequence }: ObjectEvent): NewEvent {
  const isRemoved = event.startsWith('ObjectRemoved');
  const content = isRemoved ? {} : { size, etag: etag.replaceAll('"', '') };
  return {
    source: 'aws.s3',
    detailType: isRemoved ? 'Object Deleted' : 'Object Created',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, ...content, sequencer: sequencer(sequence) },
      'request-id': randomBytes(8).toString('hex').toUpperCase(),
      requester: accountId,
      'source-ip-address': '127.0.0.1',
      reason: reasons[event],
      ...(isRemoved ? { 'deletion-type': 'Permanently Deleted' } : {}),
    },
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
