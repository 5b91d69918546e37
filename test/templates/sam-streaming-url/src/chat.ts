import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import type { Stream } from './stream.ts';

declare const awslambda: {
  streamifyResponse(
    handler: (event: { body?: string; isBase64Encoded: boolean }, stream: Stream) => Promise<void>,
  ): unknown;
  HttpResponseStream: { from(stream: Stream, metadata: object): Stream };
};

const client = new BedrockRuntimeClient({});

/** Streams the model's answer as plain text. */
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const encoding = event.isBase64Encoded ? 'base64' : 'utf8';
  const prompt = Buffer.from(event.body ?? '', encoding).toString('utf8');
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'x-source': process.env['SOURCE'],
  };
  const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  body.write('');
  const answer = await client.send(
    new ConverseStreamCommand({
      modelId: process.env['MODEL_ID'],
      messages: [{ role: 'user', content: [{ text: prompt }] }],
    }),
  );
  for await (const part of answer.stream ?? []) {
    body.write(part.contentBlockDelta?.delta?.text ?? '');
  }
  body.end();
});
