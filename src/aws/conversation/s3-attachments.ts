import type { OpenS3 } from '#aws/request/open-s3.ts';
import {
  fromFileMetadata,
  keptFolder,
  keptName,
  mediaTypeOf,
  toFileMetadata,
  uploadedName,
  type AttachedFile,
  type AttachmentBlock,
  type AttachmentKey,
  type Attachments,
} from '#domain/conversation/attachment.ts';

/** Returns the files of messages in an S3 bucket. */
export function createS3Attachments(open: OpenS3, Bucket: string): Attachments {
  return {
    async read({ conversationId, ...key }) {
      const kept = conversationId === undefined ? undefined : keptName({ ...key, conversationId });
      const file = kept === undefined ? undefined : await readObject(open, Bucket, kept, key);
      return file ?? readObject(open, Bucket, uploadedName(key), key);
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

async function readObject(
  open: OpenS3,
  Bucket: string,
  Key: string,
  key: AttachmentKey,
): Promise<AttachedFile | undefined> {
  const { s3, client } = await open();
  try {
    const { Body, ...head } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
    if (Body === undefined) throw new Error(`${Key} has no content`);
    return { attachment: toAttachment(key, head), bytes: await Body.transformToByteArray() };
  } catch (error) {
    if (error instanceof Error && missing.has(error.name)) return undefined;
    throw error;
  }
}

/** S3 denies access to a missing object to whoever may not list the bucket, as these functions. */
const missing: ReadonlySet<string> = new Set(['NoSuchKey', 'AccessDenied']);

/** A file, and the name of an object that has its bytes. */
export interface StoredAttachment {
  readonly attachment: AttachmentBlock;
  readonly objectName: string;
}

/** Returns where a file is stored, in whatever conversation; undefined if it does not exist. */
export async function findStoredAttachment(
  open: OpenS3,
  Bucket: string,
  key: AttachmentKey,
): Promise<StoredAttachment | undefined> {
  const { s3, client } = await open();
  const uploaded = uploadedName(key);
  const pages = await Promise.all(
    [keptFolder(key), uploaded].map((Prefix) =>
      client.send(new s3.ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 })),
    ),
  );
  const [kept, found] = pages.map(({ Contents = [] }) => Contents[0]?.Key);
  const Key = kept ?? (found === uploaded ? found : undefined);
  if (Key === undefined) return undefined;
  const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
  return { attachment: toAttachment(key, head), objectName: Key };
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
