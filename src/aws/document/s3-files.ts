import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Files } from '#domain/document/document.ts';

/** How long an upload URL is valid. */
const uploadSeconds = 900;

const signedHeaders = ['host', 'content-type', 'content-length', 'if-none-match'];

/** Checksums are optional: a presigned URL cannot contain the checksum of a later upload. */
async function load() {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 20_000,
    throwOnRequestTimeout: true,
  });
  const s3 = await import('@aws-sdk/client-s3');
  return {
    s3,
    client: new s3.S3Client({ requestHandler, requestChecksumCalculation: 'WHEN_REQUIRED' }),
  };
}

let loaded: ReturnType<typeof load> | undefined;

function open(): ReturnType<typeof load> {
  return (loaded ??= load());
}

/** Returns the files of an S3 bucket. The client is loaded from Lambda's runtime on first use. */
export function createS3Files(bucket: string): Files {
  return {
    async write(Key, Body) {
      const { s3, client } = await open();
      await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key, Body }));
    },
    async remove(Key) {
      const { s3, client } = await open();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    removeFolder: (folder) => removeFolder(bucket, folder),
    async read(Key, maxBytes) {
      const { s3, client } = await open();
      const Range = maxBytes === undefined ? undefined : `bytes=0-${maxBytes - 1}`;
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key, Range }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof s3.NoSuchKey) return undefined;
        throw error;
      }
    },
    async signUpload(Key, { contentType, size, metadata = {} }) {
      const { s3, client } = await open();
      const entries = Object.entries(metadata);
      const own = entries.map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
      const ownNames = own.map(([name]) => name);
      const command = new s3.PutObjectCommand({
        Bucket: bucket,
        Key,
        ContentType: contentType,
        ContentLength: size,
        Metadata: metadata,
        // S3 stores the file only if there is none yet.
        IfNoneMatch: '*',
      });
      const url = await getSignedUrl(client, command, {
        expiresIn: uploadSeconds,
        // A signed header can be neither changed nor left out.
        signableHeaders: new Set([...signedHeaders, ...ownNames]),
        unhoistableHeaders: new Set(ownNames),
      });
      const headers = { 'content-type': contentType, 'if-none-match': '*' };
      return { url, headers: { ...headers, ...Object.fromEntries(own) } };
    },
    uri: (name) => `s3://${bucket}/${name}`,
  };
}

async function removeFolder(Bucket: string, Prefix: string): Promise<void> {
  const { s3, client } = await open();
  for (;;) {
    const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix }));
    if (Contents.length === 0) return;
    const removals = Contents.map(({ Key }) =>
      client.send(new s3.DeleteObjectCommand({ Bucket, Key })),
    );
    await Promise.all(removals);
  }
}
