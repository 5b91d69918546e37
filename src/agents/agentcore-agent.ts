import { NodeHttpHandler } from '@smithy/node-http-handler';
import { fromStrandsEvents } from '#agents/strands-events.ts';
import { toModelError } from '#aws/bedrock-errors.ts';
import { createWatchdog, type Patience } from '#aws/watchdog.ts';
import type { Model } from '#domain/ports.ts';
import type { StreamEvent } from '#domain/stream-event.ts';
import { questionOf } from '#domain/with-knowledge.ts';
import { decodeSse } from '#protocol/sse.ts';

/** Agents think and act before they speak. */
const agentPatience: Patience = { firstEventMs: 60_000, idleMs: 120_000 };

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
    async *stream(request, signal) {
      const { sdk, client } = await (loaded ??= load());
      const call = new AbortController();
      const abort = (): void => call.abort(signal.reason);
      signal.addEventListener('abort', abort);
      const watchdog = createWatchdog(agentPatience, (error) => call.abort(error));
      try {
        signal.throwIfAborted();
        watchdog.wait();
        const command = new sdk.InvokeAgentRuntimeCommand({
          agentRuntimeArn,
          runtimeSessionId: request.agent?.sessionId,
          contentType: 'application/json',
          accept: 'text/event-stream, application/json',
          payload: Buffer.from(JSON.stringify({ prompt: questionOf(request) })),
        });
        const { contentType = '', response } = await client.send(command, {
          abortSignal: call.signal,
        });
        const bytes = isBytes(response) ? response : none();
        const events = contentType.startsWith('text/event-stream')
          ? fromStrandsEvents(dataOf(bytes))
          : fromJson(bytes);
        for await (const event of events) {
          watchdog.rest();
          yield event;
          watchdog.wait();
        }
        call.signal.throwIfAborted();
      } catch (error) {
        throw toModelError(call.signal.aborted ? call.signal.reason : error);
      } finally {
        watchdog.stop();
        signal.removeEventListener('abort', abort);
        call.abort();
      }
    },
  };
}

function isBytes(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function* dataOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator {
  for await (const { data } of decodeSse(bytes)) {
    // Some agents send words that are no JSON.
    try {
      yield JSON.parse(data);
    } catch {
      yield data;
    }
  }
}

/** A whole answer: its words, under any of the names that agents give them. */
async function* fromJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const body = Buffer.concat(await Array.fromAsync(bytes)).toString('utf8');
  async function* whole(): AsyncGenerator {
    yield JSON.parse(body);
  }
  yield* fromStrandsEvents(whole());
}
