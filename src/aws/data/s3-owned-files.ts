import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { OpenS3 } from '#aws/request/open-s3.ts';
import { timeOfId } from '#domain/ids.ts';
import { uploadedName } from '#domain/conversation/attachment.ts';
import type { ExportFiles, ItemPage, OwnedFiles, OwnedItem } from '#domain/data/owned-data.ts';

/**
 * Returns the files of owners in a bucket. All files of an owner are in the folders that
 * `foldersOf` returns, in the order of their names. `idOf` returns the id of what a file belongs to:
 * the first part of its name below the folder, as a rule.
 */
export function createS3OwnedFiles(
  open: OpenS3,
  bucket: string,
  foldersOf: (owner: string) => readonly string[],
  idOf = (name: string, folder: string): string => name.slice(folder.length).split('/')[0] ?? '',
): OwnedFiles {
  return {
    async list(owner, after) {
      const { s3, client } = await open();
      for (const folder of foldersOf(owner)) {
        // A folder whose names all come before that name has been listed.
        const isListed = after !== undefined && after > folder && !after.startsWith(folder);
        if (isListed) continue;
        const StartAfter = after?.startsWith(folder) === true ? after : undefined;
        const { Contents = [] } = await client.send(
          new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: folder, StartAfter }),
        );
        if (Contents.length === 0) continue;
        return Contents.map(({ Key: name = '' }) => ({ name, id: idOf(name, folder) }));
      }
      return [];
    },
    async remove(Key) {
      const { s3, client } = await open();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key }));
    },
  };
}

/** Files that were uploaded for messages and have no item, by the ids of attachments. */
export interface OwnedUploads {
  /** Returns up to `limit` of them after an id, in the order of ids. */
  list(owner: string, page: ItemPage): Promise<readonly OwnedItem[]>;
  remove(owner: string, attachmentId: string): Promise<void>;
}

/** Returns the files in a bucket that were uploaded for messages. They expire after a day. */
export function createS3OwnedUploads(open: OpenS3, Bucket: string): OwnedUploads {
  return {
    async list(owner, { after, limit: MaxKeys }) {
      const { s3, client } = await open();
      const Prefix = uploadedName({ owner, attachmentId: '' });
      const StartAfter = after === undefined ? undefined : `${Prefix}${after}`;
      const { Contents = [] } = await client.send(
        new s3.ListObjectsV2Command({ Bucket, Prefix, StartAfter, MaxKeys }),
      );
      const ids = Contents.map(({ Key = '' }) => Key.slice(Prefix.length));
      return ids.map((id) => ({ id, createdAtMs: timeOfId(id) ?? 0 }));
    },
    async remove(owner, attachmentId) {
      const { s3, client } = await open();
      const Key = uploadedName({ owner, attachmentId });
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

/** Returns a file in base64; undefined if there is none. */
export async function readBase64(
  open: OpenS3,
  bucket: string,
  name: string,
): Promise<string | undefined> {
  const { s3, client } = await open();
  try {
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: name }));
    return await Body?.transformToString('base64');
  } catch (error) {
    if (error instanceof s3.NoSuchKey) return undefined;
    throw error;
  }
}

/** Returns the files of exports in a bucket. */
export function createS3ExportFiles(open: OpenS3, bucket: string): ExportFiles {
  return {
    async write(Key, Body, ContentType) {
      const { s3, client } = await open();
      await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key, Body, ContentType }));
    },
    async signDownload(Key, expiresIn, ResponseContentDisposition) {
      const { s3, client } = await open();
      const get = { Bucket: bucket, Key, ResponseContentDisposition };
      return getSignedUrl(client, new s3.GetObjectCommand(get), { expiresIn });
    },
  };
}
