import { Readable } from 'node:stream';
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { cutShort, toModelError } from '#aws/bedrock-errors.ts';
import { fromConverseFrames } from '#aws/converse-events.ts';
import { toConverseRequest } from '#aws/converse-request.ts';
import { decodeFrames } from '#aws/event-stream.ts';
import { createWatchdog, type Patience, type Watchdog } from '#aws/watchdog.ts';
import type { Model, ModelRequest } from '#domain/ports.ts';
import type { StreamEvent } from '#domain/stream-event.ts';

const defaultPatience: Patience = { firstEventMs: 15_000, idleMs: 30_000 };

/**
 * A client on HTTP/1.1 with kept connections: the SDK's default HTTP/2 handler ends a broken
 * stream as if it were whole. The socket's timeout only backs up the watchdog, because a reader
 * who takes his time makes a socket idle, too.
 */
export function createBedrockClient(): BedrockRuntimeClient {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, socketTimeout: 120_000 });
  // Trying again is decided in one place, which knows whether a reader has heard anything yet.
  return new BedrockRuntimeClient({ requestHandler, maxAttempts: 1 });
}

/** The models of Amazon Bedrock, through ConverseStream. */
export function createBedrockModel(
  client: BedrockRuntimeClient,
  patience: Patience = defaultPatience,
): Model {
  return {
    async *stream(request, signal) {
      const call = new AbortController();
      const abort = (): void => call.abort(signal.reason);
      signal.addEventListener('abort', abort);
      const watchdog = createWatchdog(patience, (error) => call.abort(error));
      try {
        signal.throwIfAborted();
        yield* converse(client, request, { signal: call.signal, watchdog });
      } catch (error) {
        throw toModelError(call.signal.aborted ? call.signal.reason : error);
      } finally {
        watchdog.stop();
        signal.removeEventListener('abort', abort);
        // Leaving the loop does not end the request; only aborting it does.
        call.abort();
      }
    },
  };
}

interface Call {
  readonly signal: AbortSignal;
  readonly watchdog: Watchdog;
}

async function* converse(
  client: BedrockRuntimeClient,
  request: ModelRequest,
  { signal, watchdog }: Call,
): AsyncGenerator<StreamEvent, void, undefined> {
  let stopped = false;
  watchdog.wait();
  for await (const frames of decodeFrames(await openStream(client, request, signal))) {
    watchdog.rest();
    for (const event of fromConverseFrames(frames)) {
      yield event;
      if (event.type === 'message-stop') stopped = true;
    }
    watchdog.wait();
  }
  signal.throwIfAborted();
  if (!stopped) throw cutShort();
}

/**
 * The bytes of the answer. The SDK signs, sends, tries again and names what Bedrock refuses; the
 * stream itself is read here, which costs a fraction of what the SDK takes to (bench/relay) and
 * notices every way in which a stream can break.
 */
async function openStream(
  client: BedrockRuntimeClient,
  request: ModelRequest,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const command = new ConverseStreamCommand(toConverseRequest(request));
  let body: AsyncIterable<Buffer> | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (isStreaming(result.response)) {
        ({ body } = result.response);
        result.response.body = Readable.from([]);
      }
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  await client.send(command, { abortSignal });
  if (body === undefined) throw cutShort();
  return body;
}

interface StreamingResponse {
  body: Readable;
}

function isStreaming(response: unknown): response is StreamingResponse {
  if (typeof response !== 'object' || response === null) return false;
  const isOk = 'statusCode' in response && response.statusCode === 200;
  return isOk && 'body' in response && response.body instanceof Readable;
}
