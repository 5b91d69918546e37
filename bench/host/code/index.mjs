import { once } from 'node:events';

/** Answers with what it was sent, as the bare server does. */
export const echo = async ({ body }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ said: body }),
});

/** Streams 64 MiB in pieces of 16 KiB, no faster than they are read. */
export const pour = awslambda.streamifyResponse(async (event, stream) => {
  const piece = Buffer.alloc(16 * 1024, 'x');
  for (let sent = 0; sent < 4096; sent += 1) {
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  stream.end();
});
