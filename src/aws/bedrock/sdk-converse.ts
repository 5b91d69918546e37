import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { bedrockTimeouts, type ConverseClient } from '#aws/bedrock/converse-client.ts';

/**
 * Returns the AWS SDK's client on HTTP/1.1 with keep-alive: its default HTTP/2 handler ends a broken
 * stream as if it were complete. There are no retries: `withRetry` knows whether the answer has begun.
 */
export function createBedrockClient(region?: string): BedrockRuntimeClient {
  const requestHandler = new NodeHttpHandler(bedrockTimeouts);
  const regionOption = region === undefined ? {} : { region };
  return new BedrockRuntimeClient({ requestHandler, maxAttempts: 1, ...regionOption });
}

/** Returns a client that sends and reads with the AWS SDK. Each event is a batch of its own. */
export function createSdkConverse(client: BedrockRuntimeClient): ConverseClient {
  return {
    async stream(input, abortSignal) {
      const { stream = [] } = await client.send(new ConverseStreamCommand(input), { abortSignal });
      return inBatches(stream);
    },
  };
}

async function* inBatches<Event>(
  events: AsyncIterable<Event> | Iterable<Event>,
): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const event of events) yield [event];
}
