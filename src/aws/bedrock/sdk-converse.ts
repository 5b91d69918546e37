import {
  BedrockRuntimeClient,
  ConverseStreamCommand,
  type ContentBlock,
  type Message,
} from '@aws-sdk/client-bedrock-runtime';
import { NumericValue } from '@smithy/core/serde';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { parseJson } from '#domain/json.ts';
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
      const command = new ConverseStreamCommand({
        ...input,
        messages: input.messages?.map(withNumbers),
      });
      const { stream = [] } = await client.send(command, { abortSignal });
      return inBatches(stream);
    },
  };
}

function withNumbers(message: Message): Message {
  return { ...message, content: message.content?.map(toBlock) };
}

/** The SDK writes a number that a double cannot hold only if it is a BigInt or a NumericValue. */
function toBlock(block: ContentBlock): ContentBlock {
  if (block.toolUse === undefined) return block;
  const input = parseJson(JSON.stringify(block.toolUse.input), toNumber);
  return { toolUse: Object.assign({ ...block.toolUse }, { input }) };
}

function toNumber(source: string): bigint | NumericValue {
  return /^-?\d+$/u.test(source) ? BigInt(source) : new NumericValue(source, 'bigDecimal');
}

async function* inBatches<Event>(
  events: AsyncIterable<Event> | Iterable<Event>,
): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const event of events) yield [event];
}
