import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createS3Attachments } from '#aws/conversation/s3-attachments.ts';
import { createS3 } from '#aws/request/open-s3.ts';

const key = { owner: 'ada', attachmentId: 'x', conversationId: 'c' };

/** Reads a file from a bucket that refuses every request, and returns what was asked for. */
async function readFrom(status: number, code: string): Promise<readonly [unknown, string[]]> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url?.split('?')[0] ?? '');
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>No</Message></Error>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = createS3({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
  });
  try {
    const found = await createS3Attachments(open, 'b')
      .read(key)
      .catch((error: unknown) => error);
    return [found, paths];
  } finally {
    server.close();
  }
}

test('a file that is neither kept nor uploaded does not exist, in both words of S3', async () => {
  const asked = ['/b/attachments/kept/ada/x/c', '/b/attachments/uploaded/ada/x'];
  expect(await readFrom(404, 'NoSuchKey')).toEqual([undefined, asked]);
  // Whoever may not list the bucket is denied access to what does not exist.
  expect(await readFrom(403, 'AccessDenied')).toEqual([undefined, asked]);
});

test('any other refusal is an error', async () => {
  const [error] = await readFrom(403, 'InvalidAccessKeyId');
  expect(error).toMatchObject({ name: 'InvalidAccessKeyId' });
});
