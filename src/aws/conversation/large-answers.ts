import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** Keeps answers that are too large for an item of a table. */
export interface LargeAnswers {
  put(name: string, json: string): Promise<void>;
  get(name: string): Promise<string>;
  remove(name: string): Promise<void>;
}

/** An item of DynamoDB is at most 400 KB, names of attributes and all. */
const maxItemBytes = 350_000;

/** Whether a turn is too large for an item. Its size as JSON is never less than as an item. */
export function isLarge(turn: Turn): boolean {
  return Buffer.byteLength(JSON.stringify(turn)) > maxItemBytes;
}

/**
 * Where the answer of a turn is: another place for each way in which it ended, of which one is
 * stored. An owner is somebody else's string, and so encoded. What expires has a folder of its own.
 */
export function answerName({ owner, conversationId }: ConversationKey, turn: Turn): string {
  const { turnId, state, finishedAtMs, expiresAtMs } = turn;
  const folder = expiresAtMs === undefined ? 'kept' : 'expiring';
  const name = `${turnId}.${finishedAtMs}.${state}.json`;
  return `answers/${folder}/${encodeURIComponent(owner)}/${conversationId}/${name}`;
}

/**
 * Large answers in an S3 bucket. The client is loaded when the first one comes along, which is
 * seldom: nobody else waits for it.
 */
export function createS3LargeAnswers(bucket: string, config: S3ClientConfig = {}): LargeAnswers {
  const load = async () => {
    const s3 = await import('@aws-sdk/client-s3');
    return { s3, client: new s3.S3Client(config) };
  };
  let loaded: ReturnType<typeof load> | undefined;
  const open = (): ReturnType<typeof load> => (loaded ??= load());
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
