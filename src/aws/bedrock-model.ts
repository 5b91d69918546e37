import {
  BedrockRuntimeClient,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { cutShort, toModelError } from '#aws/bedrock-errors.ts';
import { fromConverseEvent } from '#aws/converse-events.ts';
import { toConverseRequest } from '#aws/converse-request.ts';
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
  return new BedrockRuntimeClient({ requestHandler });
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
  const command = new ConverseStreamCommand(toConverseRequest(request));
  watchdog.wait();
  const { stream } = await client.send(command, { abortSignal: signal });
  let stopped = false;
  for await (const member of stream ?? noEvents) {
    watchdog.rest();
    const event = fromConverseEvent(member);
    if (event !== undefined) yield event;
    if (event?.type === 'message-stop') stopped = true;
    watchdog.wait();
  }
  signal.throwIfAborted();
  if (!stopped) throw cutShort();
}

const noEvents: readonly ConverseStreamOutput[] = [];
