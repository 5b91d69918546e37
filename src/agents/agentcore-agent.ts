import { NodeHttpHandler } from '@smithy/node-http-handler';
import { fromStrandsEvents } from '#agents/strands-events.ts';
import { watchStream } from '#aws/bedrock/bedrock-stream.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import type { Model } from '#domain/model/model.ts';
import { lastQuestion } from '#domain/conversation/message.ts';
import { decodeSse } from '#protocol/http/sse.ts';

/** Agents think and act before they speak. */
const agentTimeouts: StreamTimeouts = { firstEventMs: 60_000, idleMs: 120_000 };

/** What an agent has begun to do is not done again by us. */
async function load() {
  const sdk = await import('@aws-sdk/client-bedrock-agentcore');
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 300_000 });
  return { sdk, client: new sdk.BedrockAgentCoreClient({ requestHandler, maxAttempts: 1 }) };
}

let loaded: ReturnType<typeof load> | undefined;

/**
 * An agent on Amazon Bedrock AgentCore: takes `{"prompt"}`, and remembers its session itself. It
 * may answer with JSON, or stream events as Strands does. The client is loaded with the first call.
 */
export function createAgentCoreAgent(agentRuntimeArn: string): Model {
  return {
    stream(request, signal) {
      return watchStream({ signal, timeouts: agentTimeouts }, async (abortSignal) => {
        const { sdk, client } = await (loaded ??= load());
        const command = new sdk.InvokeAgentRuntimeCommand({
          agentRuntimeArn,
          runtimeSessionId: request.agent?.sessionId,
          contentType: 'application/json',
          accept: 'text/event-stream, application/json',
          payload: Buffer.from(JSON.stringify({ prompt: lastQuestion(request.messages) })),
        });
        const { contentType = '', response } = await client.send(command, { abortSignal });
        const bytes = isBytes(response) ? response : none();
        const isStream = contentType.startsWith('text/event-stream');
        return fromStrandsEvents(isStream ? dataOf(bytes) : wholeOf(bytes));
      });
    },
  };
}

function isBytes(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function* dataOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator {
  for await (const { data } of decodeSse(bytes)) {
    // How streams of OpenAI's form say that they are over.
    if (data === '[DONE]') continue;
    // Some agents send words that are no JSON.
    try {
      yield JSON.parse(data);
    } catch {
      yield data;
    }
  }
}

/** An answer in JSON comes in one piece. */
async function* wholeOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator {
  yield JSON.parse(Buffer.concat(await Array.fromAsync(bytes)).toString('utf8'));
}
