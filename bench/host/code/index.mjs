import { once } from 'node:events';

/** Returns the body of the request, as the bare server does. */
export const echo = async ({ body }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ echo: body }),
});

/** Streams 64 MiB in pieces of 16 KiB, with backpressure. */
export const pour = awslambda.streamifyResponse(async (event, stream) => {
  const piece = Buffer.alloc(16 * 1024, 'x');
  for (let sent = 0; sent < 4096; sent += 1) {
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  stream.end();
});
