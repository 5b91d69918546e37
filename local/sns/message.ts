import { createHash } from 'node:crypto';
import { matchesPattern } from '#local/events/event-pattern.ts';
import type { MessageAttributes } from '#local/sqs/message-attributes.ts';
import { parseJson } from '#local/sns/attributes.ts';
import type { Subscription } from '#local/sns/topic.ts';

/** A message that was published on a topic. */
export interface Message {
  readonly id: string;
  readonly topicArn: string;
  /** The text for all protocols, or those of some protocols beside it. */
  readonly texts: Readonly<Record<string, string>> & { readonly default: string };
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes;
  /** With milliseconds. */
  readonly timestamp: string;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Present on a FIFO topic. */
  readonly sequenceNumber: string | undefined;
}

/** Returns whether a subscription wants a message. */
export function matchesFilter({ attributes }: Subscription, message: Message): boolean {
  const { FilterPolicy, FilterPolicyScope } = attributes;
  if (FilterPolicy === undefined || FilterPolicy === '') return true;
  const policy = parseJson(FilterPolicy);
  if (FilterPolicyScope === 'MessageBody') {
    return matchesPattern(policy, parseJson(message.texts.default));
  }
  return matchesPattern(policy, filterValues(message.attributes));
}

/** Returns attributes as filter policies see them: those with bytes do not count. */
function filterValues(attributes: MessageAttributes): Readonly<Record<string, unknown>> {
  const entries = Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => {
    if (StringValue === undefined) return [];
    if (DataType.startsWith('Number')) return [[name, Number(StringValue)] as const];
    return [[name, DataType === 'String.Array' ? parseJson(StringValue) : StringValue] as const];
  });
  return Object.fromEntries(entries);
}

/** Returns what a queue receives: the text itself, or an envelope around it. */
export function queueBody(message: Message, subscription: Subscription): string {
  const text = textFor(message, subscription);
  if (isRaw(subscription)) return text;
  const { signature, certificate, unsubscribe } = signatureOf(message, subscription);
  const envelope = {
    Type: 'Notification',
    MessageId: message.id,
    SequenceNumber: message.sequenceNumber,
    TopicArn: message.topicArn,
    Subject: message.subject,
    Message: text,
    Timestamp: message.timestamp,
    SignatureVersion: '1',
    Signature: signature,
    SigningCertURL: certificate,
    UnsubscribeURL: unsubscribe,
    ...shownAttributes(message.attributes),
  };
  return JSON.stringify(envelope, null, 2);
}

/** Returns the event with which a function is invoked. Its names differ from those of envelopes. */
export function functionEvent(message: Message, subscription: Subscription): object {
  const { signature, certificate, unsubscribe } = signatureOf(message, subscription);
  const notification = {
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: message.topicArn,
    Subject: message.subject ?? null,
    Message: textFor(message, subscription),
    Timestamp: message.timestamp,
    SignatureVersion: '1',
    Signature: signature,
    SigningCertUrl: certificate,
    UnsubscribeUrl: unsubscribe,
    MessageAttributes: shownAttributes(message.attributes).MessageAttributes ?? {},
  };
  const source = { EventSource: 'aws:sns', EventVersion: '1.0' };
  return {
    Records: [{ ...source, EventSubscriptionArn: subscription.arn, Sns: notification }],
  };
}

/** Returns whether a queue receives messages without an envelope. */
export function isRaw({ attributes }: Subscription): boolean {
  return attributes['RawMessageDelivery']?.toLowerCase() === 'true';
}

function textFor({ texts }: Message, { protocol }: Subscription): string {
  return texts[protocol] ?? texts.default;
}

function shownAttributes(attributes: MessageAttributes): {
  readonly MessageAttributes?: Readonly<Record<string, object>>;
} {
  const entries = Object.entries(attributes).map(([name, attribute]) => {
    const { DataType: Type, StringValue, BinaryValue } = attribute;
    return [name, { Type, Value: StringValue ?? BinaryValue ?? '' }] as const;
  });
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}

/** The signature has the form of AWS's, but there is no certificate to check it with. */
function signatureOf(
  { id, texts, topicArn }: Message,
  { arn }: Subscription,
): { readonly signature: string; readonly certificate: string; readonly unsubscribe: string } {
  const [, , , region = ''] = topicArn.split(':');
  const digests = [1, 2, 3, 4].map((part) =>
    createHash('sha512').update(`${part}:${id}:${texts.default}`).digest(),
  );
  const host = `https://sns.${region}.amazonaws.com`;
  return {
    signature: Buffer.concat(digests).toString('base64'),
    certificate: `${host}/SimpleNotificationService-00000000000000000000000000000000.pem`,
    unsubscribe: `${host}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
  };
}
