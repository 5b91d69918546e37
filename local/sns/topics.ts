import { createHash, randomUUID } from 'node:crypto';
import { DiskError } from '#local/process/disk.ts';
import { openDocuments } from '#local/process/documents.ts';
import type { Store } from '#local/process/store.ts';
import { integer, string, structure } from '#local/wire/shape.ts';
import { DeliveryError, textAttributes, type Send } from '#local/lambda/invoke/delivery.ts';
import type { MessageAttributes } from '#local/sqs/message-attributes.ts';
import { deadLetterArn } from '#local/sns/attributes.ts';
import {
  functionEvent,
  isRaw,
  matchesFilter,
  queueBody,
  type Message,
} from '#local/sns/message.ts';
import {
  isFifo,
  subscriptionShape,
  topicShape,
  type Subscription,
  type Topic,
} from '#local/sns/topic.ts';

/** A message to publish. */
export interface Publication {
  readonly texts: Message['texts'];
  readonly subject?: string | undefined;
  readonly attributes?: MessageAttributes | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/** What was published: on a FIFO topic it has a sequence number. */
export interface Published {
  readonly id: string;
  readonly sequenceNumber?: string | undefined;
}

/** The topics with their subscriptions. */
export interface Topics {
  topic(arn: string): Topic | undefined;
  topics(): readonly Topic[];
  putTopic(topic: Topic): void;
  /** Deletes a topic with its subscriptions. */
  deleteTopic(arn: string): void;
  subscription(arn: string): Subscription | undefined;
  /** Returns the subscriptions of a topic, or all. */
  subscriptions(topicArn?: string): readonly Subscription[];
  putSubscription(subscription: Subscription): void;
  deleteSubscription(arn: string): void;
  /**
   * Delivers a message, and returns its id when every queue and function has it on disk. On a FIFO
   * topic, a duplicate within five minutes is not delivered, and has the id of the original.
   */
  publish(topic: Topic, publication: Publication): Published;
}

export interface TopicsSettings {
  readonly store: Store;
  readonly send: Send;
  now(): number;
  warn(message: string): void;
}

const duplicateShape = structure(
  { key: string(), id: string(), until: integer() },
  { sequenceNumber: string() },
);

const deduplicationMs = 5 * 60_000;

/** Opens the topics and subscriptions that the store has. */
export function openTopics(settings: TopicsSettings): Topics {
  const { store, now } = settings;
  const topics = openDocuments(store, 'topic', topicShape);
  const subscriptions = openDocuments(store, 'subscription', subscriptionShape);
  const duplicates = openDocuments(store, 'duplicate', duplicateShape);
  const ofTopic = (topicArn?: string): readonly Subscription[] =>
    subscriptions.all().filter((each) => topicArn === undefined || each.topicArn === topicArn);
  let sequence = 0;
  const nextSequence = (): string => {
    sequence += 1;
    return String(BigInt(Math.floor(now())) * 10_000_000n + BigInt(sequence)).padStart(20, '1');
  };
  return {
    topic: (arn) => topics.get(arn),
    topics: () => topics.all(),
    putTopic: (topic) => topics.put(topic.arn, topic),
    deleteTopic(arn) {
      for (const subscription of ofTopic(arn)) subscriptions.delete(subscription.arn);
      topics.delete(arn);
    },
    subscription: (arn) => subscriptions.get(arn),
    subscriptions: ofTopic,
    putSubscription: (subscription) => subscriptions.put(subscription.arn, subscription),
    deleteSubscription: (arn) => void subscriptions.delete(arn),
    publish(topic, publication) {
      const key = isFifo(topic) ? `${topic.arn} ${deduplicationIdOf(publication)}` : undefined;
      for (const old of duplicates.all()) if (old.until <= now()) duplicates.delete(old.key);
      const original = key === undefined ? undefined : duplicates.get(key);
      if (original !== undefined) return original;
      const sequenceNumber = isFifo(topic) ? nextSequence() : undefined;
      const message = toMessage(topic, publication, { sequenceNumber, nowMs: now() });
      for (const subscription of ofTopic(topic.arn)) {
        if (matchesFilter(subscription, message)) deliver(settings, subscription, message);
      }
      const { id } = message;
      // Only now: what a full disk has refused is published again, and is no duplicate then.
      const until = Math.floor(now()) + deduplicationMs;
      if (key !== undefined) duplicates.put(key, { key, id, sequenceNumber, until });
      return { id, sequenceNumber };
    },
  };
}

/** Services of AWS publish without an id of their own. */
function deduplicationIdOf({ deduplicationId, texts }: Publication): string {
  return deduplicationId ?? createHash('sha256').update(texts.default).digest('hex');
}

function toMessage(
  { arn }: Topic,
  publication: Publication,
  { sequenceNumber, nowMs }: { sequenceNumber: string | undefined; nowMs: number },
): Message {
  const { texts, subject, attributes = {}, groupId } = publication;
  const deduplicationId = deduplicationIdOf(publication);
  const timestamp = new Date(nowMs).toISOString();
  const own = { id: randomUUID(), topicArn: arn, timestamp, sequenceNumber };
  return { ...own, texts, subject, attributes, groupId, deduplicationId };
}

function deliver(settings: TopicsSettings, subscription: Subscription, message: Message): void {
  const { send, warn } = settings;
  const { protocol, endpoint } = subscription;
  const { groupId, deduplicationId } = message;
  const isQueue = protocol === 'sqs';
  const body = isQueue
    ? queueBody(message, subscription)
    : JSON.stringify(functionEvent(message, subscription));
  const attributes = isRaw(subscription) ? message.attributes : {};
  const delivery = { body, attributes, groupId, deduplicationId };
  try {
    send(endpoint, delivery);
  } catch (error) {
    // Whoever published the message learns of a full disk, and publishes it again.
    if (error instanceof DiskError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    warn(`${subscription.arn}: a message was not delivered to ${endpoint}: ${reason}`);
    const deadLetters = deadLetterArn(subscription);
    if (deadLetters === undefined) return;
    const code = error instanceof DeliveryError ? error.code : 'CLIENT_ERROR';
    const details = textAttributes({ ERROR_CODE: code, ERROR_MESSAGE: reason });
    try {
      send(deadLetters, { ...delivery, attributes: { ...attributes, ...details } });
    } catch (thrown) {
      warn(`${deadLetters}: a dead letter was not delivered: ${String(thrown)}`);
    }
  }
}
