import { request, type IncomingMessage } from 'node:http';
import type { ResponseStream } from '#lambda/awslambda.ts';

/*
 * The least that a function can do: it passes the bytes of the model's answer on, undecoded.
 */

const url = `${process.env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME']}/model/any/converse-stream`;

export const handler = awslambda.streamifyResponse(
  async (_event: unknown, responseStream: ResponseStream) => {
    const stream = awslambda.HttpResponseStream.from(responseStream, {
      statusCode: 200,
      headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    });
    const body = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { method: 'POST' }, resolve).once('error', reject).end('{}');
    });
    for await (const bytes of body) {
      if (!stream.write(bytes)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end();
  },
);
