import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { createS3 } from '#aws/request/open-s3.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** Stores answers that are too large for an item of the table. */
export interface LargeAnswers {
  put(name: string, json: string): Promise<void>;
  get(name: string): Promise<string>;
  /** Removes an object of the bucket, which need not exist. */
  remove(name: string): Promise<void>;
}

/** DynamoDB allows 400 KB for each item, attribute names included. */
const maxItemBytes = 350_000;

/** Returns whether a turn is too large for an item. An item is never larger than its JSON. */
export function isLarge(turn: Turn): boolean {
  return Buffer.byteLength(JSON.stringify(turn)) > maxItemBytes;
}

/**
 * Returns the object key of a turn's answer. Each possible end of a turn has its own key, because
 * two workers may end the same turn and only one of them is stored. The owner is encoded because it
 * comes from outside. Answers that expire have a folder of their own.
 */
export function answerName({ owner, conversationId }: ConversationKey, turn: Turn): string {
  const { turnId, state, finishedAtMs, expiresAtMs } = turn;
  const folder = expiresAtMs === undefined ? 'kept' : 'expiring';
  const name = `${turnId}.${finishedAtMs}.${state}.json`;
  return `answers/${folder}/${encodeURIComponent(owner)}/${conversationId}/${name}`;
}

/** Returns the folders that have all large answers of an owner, in the order of their names. */
export function answerFolders(owner: string): readonly string[] {
  return ['expiring', 'kept'].map((folder) => `answers/${folder}/${encodeURIComponent(owner)}/`);
}

/** A large answer has some megabytes at most. */
const timeoutMs = 5_000;

/**
 * Returns the large answers in an S3 bucket. The client is loaded on first use: large answers are
 * rare, and other requests should not wait for it.
 */
export function createS3LargeAnswers(bucket: string, config: S3ClientConfig = {}): LargeAnswers {
  const open = createS3(config, timeoutMs);
  return {
    async put(Key, json) {
      const { s3, client } = await open();
      const ContentType = 'application/json';
      await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key, Body: json, ContentType }));
    },
    async get(Key) {
      const { s3, client } = await open();
      const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key }));
      if (Body === undefined) throw new Error(`${Key} has no content`);
      return Body.transformToString();
    },
    async remove(Key) {
      const { s3, client } = await open();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key }));
    },
  };
}
