import {
  BedrockRuntimeClient,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import type { ResponseStream } from '#lambda/awslambda.ts';

/*
 * The function to compare with, as in a tutorial. It has no backpressure, no heartbeat and no
 * deadline, does not check that the answer is complete, and stores nothing.
 */

const client = new BedrockRuntimeClient({});

interface Chunk {
  readonly type: string;
  readonly delta?: { readonly text?: string };
}

export const handler = awslambda.streamifyResponse(
  async (_event: unknown, responseStream: ResponseStream) => {
    const stream = awslambda.HttpResponseStream.from(responseStream, {
      statusCode: 200,
      headers: { 'content-type': 'text/plain' },
    });
    const body = {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'Hi' }],
    };
    const response = await client.send(
      new InvokeModelWithResponseStreamCommand({
        modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
        contentType: 'application/json',
        body: JSON.stringify(body),
      }),
    );
    for await (const event of response.body ?? []) {
      const chunk: Chunk = JSON.parse(new TextDecoder().decode(event.chunk?.bytes));
      if (chunk.type === 'content_block_delta') stream.write(chunk.delta?.text ?? '');
    }
    stream.end();
  },
);
