import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createPatientRetries } from '#aws/request/patient-retries.ts';
import type { ExportFiles, OwnedFile, OwnedFiles } from '#domain/data/owned-data.ts';

const timeouts = { connectionTimeout: 1_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

async function load(config: S3ClientConfig) {
  const s3 = await import('@aws-sdk/client-s3');
  const requestHandler = new NodeHttpHandler(timeouts);
  const retryStrategy = createPatientRetries();
  return { s3, client: new s3.S3Client({ requestHandler, retryStrategy, ...config }) };
}

/** Returns S3 and its client, which are loaded from Lambda's runtime on first use. */
export type OpenS3 = () => ReturnType<typeof load>;

/** Returns a function that loads S3 once. */
export function createS3(config: S3ClientConfig = {}): OpenS3 {
  let loaded: ReturnType<typeof load> | undefined;
  return () => (loaded ??= load(config));
}

/**
 * Returns the files of owners in a bucket. All files of an owner are in the folders that
 * `foldersOf` returns, in the order of their names. Below them, the first part of a name is the id
 * of what the file belongs to.
 */
export function createS3OwnedFiles(
  open: OpenS3,
  bucket: string,
  foldersOf: (owner: string) => readonly string[],
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
        if (Contents.length > 0) return Contents.map(({ Key = '' }) => toFile(Key, folder));
      }
      return [];
    },
    async remove(Key) {
      const { s3, client } = await open();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key }));
    },
  };
}

function toFile(name: string, folder: string): OwnedFile {
  const [id = ''] = name.slice(folder.length).split('/');
  return { name, id };
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
    async signDownload(Key, expiresIn) {
      const { s3, client } = await open();
      const name = `streambed-export-${Key.slice(Key.lastIndexOf('/') + 1)}`;
      const ResponseContentDisposition = `attachment; filename="${name}"`;
      const command = new s3.GetObjectCommand({ Bucket: bucket, Key, ResponseContentDisposition });
      return getSignedUrl(client, command, { expiresIn });
    },
  };
}
