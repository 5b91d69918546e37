import type { OpenS3 } from '#aws/request/open-s3.ts';
import {
  fromFileMetadata,
  keptFolder,
  keptName,
  mediaTypeOf,
  toFileMetadata,
  uploadedName,
  type AttachmentBlock,
  type AttachmentKey,
  type Attachments,
} from '#domain/conversation/attachment.ts';

/** A file, and the name of an object that has its bytes. */
export interface StoredAttachment {
  readonly attachment: AttachmentBlock;
  readonly objectName: string;
}

/** Files of messages in a bucket, with what is known of them besides their bytes. */
export interface S3Attachments extends Attachments {
  /** Returns a file without its bytes; undefined if it does not exist. */
  find(key: AttachmentKey): Promise<StoredAttachment | undefined>;
}

/** Returns the files of messages in an S3 bucket. */
export function createS3Attachments(open: OpenS3, Bucket: string): S3Attachments {
  return {
    async find(key) {
      const Key = await locate(open, Bucket, key);
      if (Key === undefined) return undefined;
      const { s3, client } = await open();
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
      return { attachment: toAttachment(key, head), objectName: Key };
    },
    async read(key) {
      const Key = await locate(open, Bucket, key);
      if (Key === undefined) return undefined;
      const { s3, client } = await open();
      const { Body, ...head } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
      if (Body === undefined) throw new Error(`${Key} has no content`);
      return { attachment: toAttachment(key, head), bytes: await Body.transformToByteArray() };
    },
    async keep(key, { attachment: { name, format }, bytes: Body }) {
      const { s3, client } = await open();
      const [ContentType, Metadata] = [mediaTypeOf(format), toFileMetadata(name)];
      await client.send(
        new s3.PutObjectCommand({ Bucket, Key: keptName(key), Body, ContentType, Metadata }),
      );
    },
  };
}

/**
 * Returns the name of an object that has a file; undefined if there is none. It is looked for by
 * listing, because S3 answers 403 for a missing object to whoever may list only some folders.
 */
async function locate(
  open: OpenS3,
  Bucket: string,
  key: AttachmentKey,
): Promise<string | undefined> {
  const { s3, client } = await open();
  const uploaded = uploadedName(key);
  const pages = await Promise.all(
    [keptFolder(key), uploaded].map((Prefix) =>
      client.send(new s3.ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 })),
    ),
  );
  const [kept, found] = pages.map(({ Contents = [] }) => Contents[0]?.Key);
  return kept ?? (found === uploaded ? found : undefined);
}

interface ObjectHead {
  readonly ContentLength?: number | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

function toAttachment(
  key: AttachmentKey,
  { ContentLength = 0, Metadata = {} }: ObjectHead,
): AttachmentBlock {
  return fromFileMetadata(key, Metadata, ContentLength);
}
