import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toErrorBody } from '#local/lambda/runtime/runtime-client.ts';

/** Sends a streamed result as the application writes it. An error in its middle is in the trailers. */
export async function streamResult(
  url: URL,
  prelude: Buffer,
  body: AsyncIterable<Buffer>,
): Promise<void> {
  const request = http.request(url, {
    method: 'POST',
    headers: {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      Trailer: ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'],
      'Content-Type': 'application/vnd.awslambda.http-integration-response',
      'Transfer-Encoding': 'chunked',
    },
  });
  const accepted = new Promise<void>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => response.resume().once('end', resolve));
  });
  await pipeline(Readable.from(chunksOf(prelude, body, request), { objectMode: false }), request);
  await accepted;
}

async function* chunksOf(
  prelude: Buffer,
  body: AsyncIterable<Buffer>,
  request: http.ClientRequest,
): AsyncGenerator<Buffer> {
  yield prelude;
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    const failure = toErrorBody(error);
    request.addTrailers({
      'Lambda-Runtime-Function-Error-Type': failure.errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(failure)).toString('base64'),
    });
  }
}
