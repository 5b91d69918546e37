import { NodeHttpHandler } from '@smithy/node-http-handler';
import { fromStrandsEvents } from '#agents/strands-events.ts';
import { watchStream } from '#aws/bedrock/bedrock-stream.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import type { Model } from '#domain/model/model.ts';
import { lastQuestion } from '#domain/conversation/message.ts';
import { decodeSse } from '#protocol/http/sse.ts';
import { parseExactJson } from '#domain/json.ts';

/** Agents reason and act before they answer, so the timeouts are long. */
const agentTimeouts: StreamTimeouts = { firstEventMs: 60_000, idleMs: 120_000 };

/** There are no retries, because an agent may already have acted. */
async function load() {
  const sdk = await import('@aws-sdk/client-bedrock-agentcore');
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 300_000 });
  return { sdk, client: new sdk.BedrockAgentCoreClient({ requestHandler, maxAttempts: 1 }) };
}

let loaded: ReturnType<typeof load> | undefined;

/**
 * Returns an agent on Amazon Bedrock AgentCore. The agent gets `{"prompt"}` and stores its session
 * itself. It may answer with JSON or with a stream of events in the format of Strands. The client is
 * loaded on the first call.
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
        const bytes = isBytes(response) ? response : noBytes();
        const isStream = contentType.startsWith('text/event-stream');
        return fromStrandsEvents(isStream ? parseEvents(bytes) : parseWhole(bytes));
      });
    },
  };
}

function isBytes(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** Emits the data of each event. */
async function* parseEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator {
  for await (const { data } of decodeSse(bytes)) {
    // OpenAI's format ends a stream with this text.
    if (data === '[DONE]') continue;
    // Some agents send plain text instead of JSON.
    try {
      yield parseExactJson(data);
    } catch {
      yield data;
    }
  }
}

/** Emits a JSON answer as one item. */
async function* parseWhole(bytes: AsyncIterable<Uint8Array>): AsyncGenerator {
  yield parseExactJson(Buffer.concat(await Array.fromAsync(bytes)).toString('utf8'));
}
